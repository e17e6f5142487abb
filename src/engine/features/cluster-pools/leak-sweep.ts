/**
 * Looks for clusters that carry this server's mark and that no row knows: of a time after a backup that was restored, or of a
 * request that was given up while nobody could say what it had made. Nobody would end them.
 *
 * A minute after the start and then every hour the clusters of each account and region with a pool are listed; one that is not
 * known is asked once for its tags. Clusters of others, also of another Millrace in the same account, carry another mark.
 * @module
 */
import { isObject, type Json, type JsonObject } from '../../../asl/json.js';
import type { RemoteTasks } from '../../../connectors/remote-tasks.js';

const FIRST = 60_000;
const EVERY = 3_600_000;
const MOST_PAGES = 20;
/** Clusters that are remembered to be somebody else's. */
const MOST_FOREIGN = 10_000;
/** States of clusters that cost something. */
const RUNNING = ['STARTING', 'BOOTSTRAPPING', 'RUNNING', 'WAITING'];

/** Tags of a pool's clusters. */
export const TAGS = {
  team: 'millrace:team',
  pool: 'millrace:pool',
  /** Which server has made it. */
  mark: 'millrace:server',
  /** The attempt or token by which it was asked for: connectors write it. */
  token: 'millrace:attempt',
} as const;

/** Where a team's pools are. */
export interface SweptPlace {
  readonly team: string;
  readonly account: string;
  readonly region: string;
}

export interface Leak extends SweptPlace {
  readonly cluster: string;
  readonly pool: string;
  readonly token: string;
}

interface Parts {
  readonly tasks: Pick<RemoteTasks, 'submit'>;
  now(): number;
  /** What this server's clusters are marked with; undefined: it has made none. */
  mark(): string | undefined;
  places(): SweptPlace[];
  isKnown(cluster: string, token?: string): boolean;
  found(leak: Leak): void;
  dueChanged(): void;
}

export class LeakSweep {
  readonly #parts: Parts;
  readonly #foreign: Set<string> = new Set();
  readonly #closing: AbortController = new AbortController();
  #at: number | undefined;
  #isOpen = true;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  begin(): void {
    this.#at = this.#parts.now() + FIRST;
  }

  next(): number | undefined {
    return this.#parts.mark() === undefined ? undefined : this.#at;
  }

  due(): void {
    if (this.#at === undefined || this.#at > this.#parts.now()) return;
    this.#at = undefined;
    void this.#sweep().then(() => {
      if (!this.#isOpen) return;
      this.#at = this.#parts.now() + EVERY;
      this.#parts.dueChanged();
    });
  }

  close(): void {
    this.#isOpen = false;
    this.#closing.abort();
  }

  async #sweep(): Promise<void> {
    const mark = this.#parts.mark();
    if (mark === undefined) return;
    if (this.#foreign.size > MOST_FOREIGN) this.#foreign.clear();
    // What cannot be listed now is listed an hour later: that an account is not seen is told by whoever needs it.
    for (const place of this.#parts.places()) await this.#sweepPlace(place, mark).catch(() => {});
  }

  async #sweepPlace(place: SweptPlace, mark: string): Promise<void> {
    const { isKnown, found } = this.#parts;
    let marker: Json | undefined;
    for (let page = 0; page < MOST_PAGES && this.#isOpen; page += 1) {
      const more = marker === undefined ? {} : { Marker: marker };
      const listed = await this.#call(place, 'listClusters', { ClusterStates: RUNNING, ...more });
      for (const { Id } of objectsOf(listed?.Clusters)) {
        if (typeof Id !== 'string' || isKnown(Id) || this.#foreign.has(Id)) continue;
        const described = await this.#call(place, 'describeCluster', { ClusterId: Id });
        if (described === undefined) continue;
        const tags = tagsOf(described);
        if (tags.get(TAGS.mark) !== mark || tags.get(TAGS.team) !== place.team) {
          this.#foreign.add(Id);
          continue;
        }
        const token = tags.get(TAGS.token) ?? '';
        const pool = tags.get(TAGS.pool) ?? '';
        // It may have been answered for meanwhile.
        if (!isKnown(Id, token) && this.#isOpen) found({ ...place, cluster: Id, pool, token });
      }
      marker = listed?.Marker;
      if (typeof marker !== 'string' || marker === '') return;
    }
  }

  /** Undefined: it was refused, or nobody answered. */
  async #call(
    { team, account, region }: SweptPlace,
    action: string,
    parameters: JsonObject,
  ): Promise<JsonObject | undefined> {
    const answer = await this.#parts.tasks.submit({
      ...{ id: `sweep-${action}`, isAgain: false, service: 'aws-sdk:emr', action },
      ...{ form: 'requestResponse', parameters, team, account, region, tags: {} },
      ...{ state: 'pools', execution: { id: 'sweep', name: '', pipeline: '' } },
      signal: this.#closing.signal,
    });
    return answer.type === 'answered' && isObject(answer.output) ? answer.output : undefined;
  }
}

function tagsOf({ Cluster }: JsonObject): Map<string, string> {
  const tags = isObject(Cluster) ? objectsOf(Cluster.Tags) : [];
  return new Map(tags.map(({ Key, Value }) => [String(Key), String(Value)]));
}

function objectsOf(list: Json | undefined): JsonObject[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}
