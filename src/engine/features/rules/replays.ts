/**
 * Replays: the events of an archive once more on their bus, in order, with the name of the replay in the envelope.
 *
 *     STARTING ──after a moment──▶ RUNNING ──page by page──▶ COMPLETED
 *         └───────────────────────────┴──CancelReplay──▶ CANCELLING ──▶ CANCELLED
 *
 * How far a replay has come is in its record, written in the commit that puts a page of events on the bus, so it goes on
 * after a restart and starts nothing twice. It begins a moment after it was asked for: a mistaken one can be cancelled.
 *
 * An archive keeps nothing of its own: it is a view on the stored events.
 * @module
 */
import type { JsonObject } from '../../../asl/json.js';
import { createMatcher } from '../../../events/pattern/matcher.js';
import { parsePattern } from '../../../events/pattern/parse-pattern.js';
import { ANY_TEAM, type EventRecord } from '../../kernel/bus-event.js';
import { hashOf } from '../../kernel/derived-id.js';
import type { Kernel } from '../../kernel/kernel.js';
import { type Need, NOTHING } from '../../kernel/needs.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input, Performed } from '../../kernel/turn-loop.js';
import type { ArchiveRecord, ReplayRecord } from './records.js';
import type { DeclaredResources } from './resources.js';

/** Milliseconds before a replay begins. */
const BEFORE_START = 1_000;
/** Events that are looked at for one commit. */
const PAGE = 100;
/** Events that are looked at to measure an archive. */
const MAX_MEASURED = 10_000;
const DAY = 86_400_000;

interface Peers {
  dueChanged(): void;
  /** Stored events after a number, in their order. */
  events(query: {
    bus: string;
    teams: readonly string[];
    after: number;
    limit: number;
  }): Need<EventRecord[]>;
  /** The same, beside the main loop. */
  shown(query: {
    bus: string;
    teams: readonly string[];
    after: number;
    limit: number;
  }): Promise<EventRecord[]>;
  /** Puts an event on a bus because of another one, unless it has come there before. */
  forward(
    turn: Turn,
    event: {
      team: string;
      bus: string;
      id: string;
      envelope: JsonObject;
      depth: number;
      only?: ReadonlySet<string>;
    },
  ): void;
}

export class Replays {
  readonly #kernel: Kernel;
  readonly #rules: DeclaredResources;
  readonly #peers: Peers;
  readonly #busy: Set<string> = new Set();
  #isOpen = false;

  constructor(kernel: Kernel, rules: DeclaredResources, peers: Peers) {
    this.#kernel = kernel;
    this.#rules = rules;
    this.#peers = peers;
  }

  begin(): void {
    this.#isOpen = true;
  }

  close(): void {
    this.#isOpen = false;
  }

  /** When the first one that was declared goes on. */
  nextDue(): number | undefined {
    let soonest: number | undefined;
    for (const { team, name, value } of this.#rules.replays.all()) {
      if (!isActive(value) || this.#busy.has(idOf(team, name))) continue;
      soonest = Math.min(soonest ?? Number.POSITIVE_INFINITY, value.startedAt + BEFORE_START);
    }
    return soonest;
  }

  due(): void {
    if (!this.#isOpen) return;
    const now = this.#kernel.time.now();
    for (const { team, name, value } of this.#rules.replays.all()) {
      if (isActive(value) && value.startedAt + BEFORE_START <= now) this.#goOn(team, name);
    }
  }

  /** Whether any archive holds an event. */
  holds(event: EventRecord): boolean {
    return this.#rules.archives
      .all()
      .some(({ team, value }) => value.bus === event.bus && this.#holder(team, value)(event));
  }

  /** How much an archive holds. */
  async measure(team: string, name: string): Promise<{ count: number; bytes: number }> {
    const archive = this.#rules.archives.get(team, name);
    const total = { count: 0, bytes: 0 };
    if (archive === undefined) return total;
    const holds = this.#holder(team, archive);
    for (let after = archive.after, looked = 0; looked < MAX_MEASURED; ) {
      const page = await this.#peers.shown({
        bus: archive.bus,
        teams: [team, ANY_TEAM],
        after,
        limit: 1_000,
      });
      for (const event of page) {
        if (!holds(event)) continue;
        total.count += 1;
        total.bytes += Buffer.byteLength(JSON.stringify(event.envelope));
      }
      looked += page.length;
      const last = page.at(-1);
      if (last === undefined || page.length < 1_000) break;
      after = last.number;
    }
    return total;
  }

  #goOn(team: string, name: string): void {
    const id = idOf(team, name);
    if (this.#busy.has(id)) return;
    this.#busy.add(id);
    this.#kernel.submit(this.#pageInput(team, name, id));
  }

  #pageInput(team: string, name: string, id: string): Input {
    return {
      needs: () => {
        const replay = this.#rules.replays.get(team, name);
        return replay && isActive(replay) ? [this.#page(team, replay)] : NOTHING;
      },
      perform: (turn) => {
        turn.afterCommit(() => {
          this.#busy.delete(id);
          const after = this.#rules.replays.get(team, name);
          if (this.#isOpen && after && isActive(after)) this.#goOn(team, name);
          this.#peers.dueChanged();
        });
        const replay = this.#rules.replays.get(team, name);
        if (replay === undefined || !isActive(replay)) return 'done';
        if (replay.state === 'CANCELLING') return this.#end(turn, team, name, replay, 'CANCELLED');
        const archive = this.#rules.archives.get(team, replay.archive);
        if (archive === undefined) {
          const reason = `Archive ${replay.archive} was deleted.`;
          return this.#end(turn, team, name, { ...replay, reason }, 'FAILED');
        }
        const page = turn.known(this.#page(team, replay));
        return this.#replay(turn, team, name, archive, replay, page);
      },
    };
  }

  #replay(
    turn: Turn,
    team: string,
    name: string,
    archive: ArchiveRecord,
    replay: ReplayRecord,
    page: readonly EventRecord[],
  ): Performed {
    const holds = this.#holder(team, archive);
    const { FilterArns } = replay.destination;
    const only = FilterArns === undefined ? undefined : new Set(FilterArns);
    let { lastReplayed } = replay;
    for (const event of page) {
      if (event.number > replay.until || !holds(event)) continue;
      const at = Date.parse(String(event.envelope.time));
      if (!(at >= replay.from && at <= replay.to)) continue;
      this.#peers.forward(turn, {
        team,
        bus: replay.bus,
        id: `replay-${hashOf(`${name} ${replay.startedAt} ${event.number}`).slice(0, 40)}`,
        envelope: { ...event.envelope, 'replay-name': name },
        depth: 0,
        ...(only === undefined ? {} : { only }),
      });
      lastReplayed = at;
    }
    const position = page.at(-1)?.number ?? replay.until;
    const after = { ...replay, position, ...(lastReplayed === undefined ? {} : { lastReplayed }) };
    const isEnd = page.length < PAGE || position >= replay.until;
    if (isEnd) this.#end(turn, team, name, after, 'COMPLETED');
    else this.#rules.replays.put(turn, team, name, { ...after, state: 'RUNNING' });
    return 'done';
  }

  #end(
    turn: Turn,
    team: string,
    name: string,
    replay: ReplayRecord,
    state: ReplayRecord['state'],
  ): 'done' {
    const endedAt = this.#kernel.time.now();
    this.#rules.replays.put(turn, team, name, { ...replay, state, endedAt });
    return 'done';
  }

  /** The events that come next. */
  #page(team: string, { bus, position }: ReplayRecord): Need<EventRecord[]> {
    return this.#peers.events({ bus, teams: [team, ANY_TEAM], after: position, limit: PAGE });
  }

  /** Whether an archive of a team holds an event. */
  #holder(team: string, archive: ArchiveRecord): (event: EventRecord) => boolean {
    const { after, retentionDays, eventPattern } = archive;
    const oldest = retentionDays === 0 ? 0 : this.#kernel.time.now() - retentionDays * DAY;
    const parsed = eventPattern === undefined ? undefined : parsePattern(eventPattern);
    const matcher = createMatcher();
    if (parsed && 'pattern' in parsed) matcher.add('archive', parsed.pattern);
    return ({ number, storedAt, team: owner, envelope }) =>
      number > after &&
      storedAt >= oldest &&
      // What a replay put there is in the archive already.
      envelope['replay-name'] === undefined &&
      (owner === team || teamOf(envelope) === team) &&
      (parsed === undefined || matcher.match(envelope).length > 0);
  }
}

/** The team that a fact of Millrace itself is about. */
function teamOf({ detail }: JsonObject): unknown {
  return ((detail as JsonObject | undefined)?.millrace as JsonObject | undefined)?.team;
}

function idOf(team: string, name: string): string {
  return JSON.stringify([team, name]);
}

function isActive({ state }: ReplayRecord): boolean {
  return state === 'STARTING' || state === 'RUNNING' || state === 'CANCELLING';
}
