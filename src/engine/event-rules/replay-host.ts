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
import type { JsonObject } from '../../asl/json.js';
import { createMatcher } from '../../events/pattern/matcher.js';
import { parsePattern } from '../../events/pattern/parse-pattern.js';
import type { EventRecord } from '../../store/store.js';
import type { Machinery } from '../machinery.js';
import { hashOf } from '../triggers/event-id.js';
import type { Turn } from '../turn.js';
import type { Input, Performed } from '../turn-loop.js';
import type { EventRuleHost } from './event-rule-host.js';
import { ANY_TEAM, type ArchiveRecord, type ReplayRecord } from './records.js';

/** Milliseconds before a replay begins. */
const BEFORE_START = 1_000;
/** Events that are looked at for one commit. */
const PAGE = 100;
/** Events that are looked at to measure an archive. */
const MAX_MEASURED = 10_000;
const DAY = 86_400_000;

export class ReplayHost {
  readonly #parts: Machinery;
  readonly #rules: EventRuleHost;
  readonly #busy: Set<string> = new Set();
  #cancelWake: (() => void) | undefined;
  #isOpen = false;

  constructor(parts: Machinery, rules: EventRuleHost) {
    this.#parts = parts;
    this.#rules = rules;
  }

  open(): void {
    this.#isOpen = true;
    this.watch();
  }

  close(): void {
    this.#isOpen = false;
    this.#cancelWake?.();
  }

  /** Sees to replays that have been declared and not ended. */
  watch(): void {
    if (!this.#isOpen || this.#cancelWake !== undefined) return;
    const isAnyActive = this.#rules.replays.all().some(({ value }) => isActive(value));
    if (!isAnyActive) return;
    this.#cancelWake = this.#parts.clock.setTimer(() => {
      this.#cancelWake = undefined;
      const now = this.#parts.time.now();
      for (const { team, name, value } of this.#rules.replays.all()) {
        const isDue = value.startedAt + BEFORE_START <= now;
        if (isActive(value) && isDue) this.#goOn(team, name);
      }
      this.watch();
    }, BEFORE_START);
  }

  /** How much an archive holds. */
  async measure(team: string, name: string): Promise<{ count: number; bytes: number }> {
    const archive = this.#rules.archives.get(team, name);
    const total = { count: 0, bytes: 0 };
    if (archive === undefined) return total;
    const holds = this.#holder(team, archive);
    for (let after = archive.after, looked = 0; looked < MAX_MEASURED; ) {
      const page = await this.#page(this.#parts.reads, team, archive.bus, after, 1_000);
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
    const id = JSON.stringify([team, name]);
    if (this.#busy.has(id)) return;
    this.#busy.add(id);
    this.#parts.loop.add(this.#pageInput(team, name, id));
  }

  #pageInput(team: string, name: string, id: string): Input {
    return {
      perform: (turn) => {
        turn.afterCommit(() => {
          this.#busy.delete(id);
          const after = this.#rules.replays.get(team, name);
          if (this.#isOpen && after && isActive(after)) this.#goOn(team, name);
        });
        const replay = this.#rules.replays.get(team, name);
        if (replay === undefined || !isActive(replay)) return 'done';
        if (replay.state === 'CANCELLING') return this.#end(turn, team, name, replay, 'CANCELLED');
        const archive = this.#rules.archives.get(team, replay.archive);
        if (archive === undefined) {
          const reason = `Archive ${replay.archive} was deleted.`;
          return this.#end(turn, team, name, { ...replay, reason }, 'FAILED');
        }
        const page = this.#page(this.#parts.store, team, replay.bus, replay.position, PAGE);
        return page instanceof Promise
          ? page.then((events) => this.#replay(turn, team, name, archive, replay, events))
          : this.#replay(turn, team, name, archive, replay, page);
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
  ): Performed | Promise<Performed> {
    const holds = this.#holder(team, archive);
    const { FilterArns } = replay.destination;
    const only = FilterArns === undefined ? undefined : new Set(FilterArns);
    const waiting: Promise<unknown>[] = [];
    let { lastReplayed } = replay;
    for (const event of page) {
      if (event.number > replay.until || !holds(event)) continue;
      const at = Date.parse(String(event.envelope.time));
      if (!(at >= replay.from && at <= replay.to)) continue;
      const put = this.#parts.triggers.bus.forward(turn, {
        team,
        bus: replay.bus,
        id: `replay-${hashOf(`${name} ${replay.startedAt} ${event.number}`).slice(0, 40)}`,
        envelope: { ...event.envelope, 'replay-name': name },
        depth: 0,
        ...(only === undefined ? {} : { only }),
      });
      if (put instanceof Promise) waiting.push(put);
      lastReplayed = at;
    }
    const position = page.at(-1)?.number ?? replay.until;
    const after = { ...replay, position, ...(lastReplayed === undefined ? {} : { lastReplayed }) };
    const isEnd = page.length < PAGE || position >= replay.until;
    if (isEnd) this.#end(turn, team, name, after, 'COMPLETED');
    else this.#rules.replays.put(turn, team, name, { ...after, state: 'RUNNING' });
    return waiting.length === 0 ? 'done' : Promise.all(waiting).then(() => 'done' as const);
  }

  #end(
    turn: Turn,
    team: string,
    name: string,
    replay: ReplayRecord,
    state: ReplayRecord['state'],
  ): 'done' {
    const endedAt = this.#parts.time.now();
    this.#rules.replays.put(turn, team, name, { ...replay, state, endedAt });
    return 'done';
  }

  #page(
    store: Pick<Machinery['store'], 'listEvents'>,
    team: string,
    bus: string,
    after: number,
    limit: number,
  ): EventRecord[] | Promise<EventRecord[]> {
    return store.listEvents({ bus, teams: [team, ANY_TEAM], after, limit });
  }

  /** Whether an archive of a team holds an event. */
  #holder(team: string, archive: ArchiveRecord): (event: EventRecord) => boolean {
    const { after, retentionDays, eventPattern } = archive;
    const oldest = retentionDays === 0 ? 0 : this.#parts.time.now() - retentionDays * DAY;
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

function isActive({ state }: ReplayRecord): boolean {
  return state === 'STARTING' || state === 'RUNNING' || state === 'CANCELLING';
}
