/**
 * Who watches the watcher: says of each part whether it does its work, tells an outside service that this server is alive, and
 * makes known what is set up and does not work.
 *
 *     parts, turn loop, channels ──asked──▶ heartbeats ──▶ /health, metrics, doctor
 *                                               └──every minute──▶ dead-man service: alive │ what is wrong
 *     schedules, channels ──every hour──▶ a schedule that does not work: a fact, so an incident
 *                                         a channel that never delivered: in the digest
 *
 * @module
 */
import type { ChannelPorts } from '../../../channels/channel.js';
import type { AnyTable } from '../../../store/table.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import { type Scope, sees } from '../../kernel/scope.js';
import type { Turn } from '../../kernel/turn.js';
import { RowMap } from '../../kernel/turn-memory.js';
import { behind, type Heartbeat, loopProblem } from './heartbeat.js';
import { WATCHED_PARTS, type WatchedPartRow } from './watch-table.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A start that is later than that after its time has not come. */
const LATE_START = 10 * MINUTE;
/** Characters of what the outside service is told. */
const MOST_WORDS = 2_000;

/** An outside service that raises the alarm when it hears nothing. */
export interface DeadMan {
  /** Asked while all is well; what is wrong is posted to the same with `/fail`. */
  readonly url: string;
  /** Milliseconds between two. Default: a minute. */
  readonly every?: number;
}

export interface WatchedSchedule {
  readonly team: string;
  readonly name: string;
  readonly kind: 'pipeline' | 'api';
  readonly expression: string;
  readonly state: 'ENABLED' | 'DISABLED';
  readonly next: readonly { readonly start: number }[];
  readonly failure?: { readonly reason: string; readonly count: number };
}

export interface WatchedChannel {
  readonly team: string;
  readonly name: string;
  readonly state: 'working' | 'failing' | 'unused';
  readonly deliveredAt?: number;
}

export interface HeartbeatPeers {
  /** Parts that are due at times of their own, by the name that people know. */
  readonly parts: ReadonlyMap<string, Feature>;
  schedules(): readonly WatchedSchedule[];
  /** Not the outbox, which every team has. */
  channels(): readonly WatchedChannel[];
  readonly deadMan: DeadMan | undefined;
  readonly ports: ChannelPorts | undefined;
  /** Whether lists and histories are read by processes of their own: then those are looked at, too. */
  readonly hasReaders: boolean;
}

export class Heartbeats implements Feature {
  readonly name = 'heartbeats';
  readonly tables: readonly AnyTable[] = [WATCHED_PARTS];
  readonly #kernel: Kernel;
  readonly #peers: HeartbeatPeers;
  readonly #watched: RowMap<WatchedPartRow> = new RowMap(WATCHED_PARTS);
  readonly #closing = new AbortController();
  #nextLook: number | undefined;
  #nextPing: number | undefined;
  #nextProbe: number | undefined;
  #probe: Promise<void> | undefined;
  #probed: Heartbeat | undefined;
  #ping: Promise<void> | undefined;
  #pinged: Heartbeat | undefined;
  #isOpen = false;

  constructor(kernel: Kernel, peers: HeartbeatPeers) {
    this.#kernel = kernel;
    this.#peers = peers;
  }

  async open(): Promise<void> {
    await this.#watched.open(this.#kernel.store);
  }

  begin(): void {
    const now = this.#kernel.time.now();
    this.#isOpen = true;
    // The files of the folder are read after this.
    this.#nextLook = now + MINUTE;
    if (this.#peers.hasReaders) this.#nextProbe = now + MINUTE;
    const { deadMan, ports } = this.#peers;
    if (deadMan === undefined || ports === undefined) return;
    // Whoever knows it may speak for this server.
    this.#kernel.secrets.declare(deadMan.url);
    this.#nextPing = now;
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#closing.abort();
    await Promise.all([this.#ping, this.#probe]);
  }

  nextDue(): number | undefined {
    if (!this.#isOpen) return undefined;
    const due = [this.#nextLook, this.#nextProbe, this.#nextPing].filter((at) => at !== undefined);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  due(): void {
    const now = this.#kernel.time.now();
    if (this.#nextLook !== undefined && this.#nextLook <= now) {
      this.#nextLook = now + HOUR;
      // What cannot be written now is found again by the next look.
      this.#look(now).catch(() => undefined);
    }
    if (this.#nextProbe !== undefined && this.#nextProbe <= now) {
      this.#nextProbe = now + MINUTE;
      // One that hangs goes on counting from when it began.
      this.#probe ??= this.#readOnce(now).finally(() => {
        this.#probe = undefined;
      });
    }
    const { deadMan, ports } = this.#peers;
    if (deadMan === undefined || ports === undefined) return;
    if (this.#nextPing === undefined || this.#nextPing > now) return;
    this.#nextPing = now + (deadMan.every ?? MINUTE);
    if (this.#ping !== undefined) return;
    this.#ping = this.#tellOutside(deadMan, ports, now).finally(() => {
      this.#ping = undefined;
    });
  }

  /** Of every part; nothing while the server does not work yet. */
  beats(): Heartbeat[] {
    if (!this.#isOpen) return [];
    return [...this.#own(), ...(this.#pinged === undefined ? [] : [this.#pinged])];
  }

  /** What is wrong, part by part; empty: nothing. */
  degraded(): string[] {
    return wordsOf(this.beats());
  }

  /** What is set up and does not work, in words. */
  words(scope: Scope): string[] {
    const now = this.#kernel.time.now();
    const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
    const unused = this.#peers
      .channels()
      .filter(({ team, deliveredAt }) => sees(scope, team) && deliveredAt === undefined)
      .flatMap(({ team, name }) => {
        const since = this.#watched.durable(team, 'channel', name)?.since ?? now;
        if (now - since < DAY) return [];
        return [`channel ${name} of ${team} has never delivered anything since ${day(since)}`];
      });
    const schedules = this.#peers
      .schedules()
      .filter(({ team }) => sees(scope, team))
      .flatMap((one) => {
        const wrong = scheduleProblem(one, now);
        if (wrong !== undefined) return [`schedule ${one.name} of ${one.team}: ${wrong}`];
        return one.state === 'DISABLED' ? [`schedule ${one.name} of ${one.team} is paused`] : [];
      });
    return [...unused, ...schedules].sort();
  }

  #own(): Heartbeat[] {
    const { loop, dueTimes, clock, time } = this.#kernel;
    const now = time.now();
    const { turningSince } = loop;
    const problem = loopProblem({
      state: loop.state,
      isFull: loop.isFull,
      turning: turningSince === undefined ? undefined : clock.monotonic() - turningSince,
    });
    const failing = this.#peers.channels().filter(({ state }) => state === 'failing').length;
    const turns = { part: 'turns', ...(problem === undefined ? {} : { problem }) };
    return [
      turns,
      ...this.#readers(now),
      ...[...this.#peers.parts].map(([part, feature]): Heartbeat => {
        const { wokenAt: lastAt, nextAt } = dueTimes.stateOf(feature);
        const late = behind(now, nextAt);
        const stuck =
          part === 'notifications' && failing > 0
            ? `${failing} ${failing === 1 ? 'channel does' : 'channels do'} not deliver`
            : undefined;
        const wrong = late ?? stuck;
        return {
          part,
          ...(lastAt === undefined ? {} : { lastAt }),
          ...(nextAt === undefined ? {} : { nextAt }),
          ...(wrong === undefined ? {} : { problem: wrong }),
        };
      }),
    ];
  }

  async #readOnce(now: number): Promise<void> {
    const part = 'readers';
    const nextAt = now + MINUTE;
    try {
      await this.#kernel.reads.listRows(WATCHED_PARTS, { limit: 1 });
      this.#probed = { part, lastAt: now, nextAt };
    } catch {
      this.#probed = {
        part,
        lastAt: now,
        nextAt,
        problem: 'nothing can be read beside the main loop',
      };
    }
  }

  /** How readers are; nothing before they were looked at. */
  #readers(now: number): Heartbeat[] {
    if (this.#probed === undefined) return [];
    const late = behind(now, this.#probed.nextAt);
    return [{ ...this.#probed, ...(late === undefined ? {} : { problem: late }) }];
  }

  async #tellOutside({ url, every = MINUTE }: DeadMan, ports: ChannelPorts, now: number) {
    const wrong = wordsOf(this.#own());
    const isWell = wrong.length === 0;
    const answer = await ports.http(
      isWell
        ? { url, method: 'GET', headers: {} }
        : {
            url: failOf(url),
            method: 'POST',
            headers: { 'content-type': 'text/plain; charset=utf-8' },
            body: wrong.join('\n').slice(0, MOST_WORDS),
          },
      this.#closing.signal,
    );
    const isTaken = answer.type === 'answered' && answer.status >= 200 && answer.status < 300;
    this.#pinged = {
      part: 'dead-man',
      lastAt: now,
      nextAt: now + every,
      // Where it is is not told: the address is what allows to speak for this server.
      ...(isTaken ? {} : { problem: 'the outside service does not answer' }),
    };
  }

  /** Notes channels that are new, and schedules that have begun or ceased not to work. */
  async #look(now: number): Promise<void> {
    const wanted = new Map<string, WatchedPartRow>();
    for (const { team, name } of this.#peers.channels()) {
      const row: WatchedPartRow = { team, kind: 'channel', name, since: now };
      wanted.set(keyOf(row), row);
    }
    for (const one of this.#peers.schedules()) {
      const words = scheduleProblem(one, now);
      if (words === undefined) continue;
      const { team, name } = one;
      const row: WatchedPartRow = { team, kind: 'schedule', name, since: now, words };
      wanted.set(keyOf(row), row);
    }
    const known = new Map([...this.#watched.values()].map((row) => [keyOf(row), row]));
    const isSame = wanted.size === known.size && [...wanted.keys()].every((key) => known.has(key));
    if (isSame) return;
    await this.#kernel.write((turn) => {
      for (const [key, row] of wanted) {
        if (known.has(key)) continue;
        this.#watched.put(turn, row);
        if (row.kind === 'schedule') this.#tell(turn, row, 'broken');
      }
      for (const [key, row] of known) {
        if (wanted.has(key)) continue;
        this.#watched.delete(turn, row.team, row.kind, row.name);
        if (row.kind === 'schedule') this.#tell(turn, row, 'working');
      }
    });
  }

  #tell(turn: Turn, { team, kind, name, words }: WatchedPartRow, state: 'broken' | 'working') {
    const part = `${kind} ${name}`;
    this.#kernel.hooks.tell(turn, {
      type: 'WatcherChanged',
      change: { team, part, state, words: words ?? 'it works' },
    });
  }
}

function wordsOf(beats: readonly Heartbeat[]): string[] {
  return beats.flatMap(({ part, problem }) =>
    problem === undefined ? [] : [`${part}: ${problem}`],
  );
}

/**
 * Why a schedule does not do what it is there for; undefined: it does, or is paused, or is over as it should be.
 * @example scheduleProblem({ state: 'ENABLED', next: [], expression: 'cron(0 3 30 2 ? *)', … }, now) // 'it will never start …'
 */
export function scheduleProblem(
  { state, next, expression, failure }: WatchedSchedule,
  now: number,
): string | undefined {
  if (state === 'DISABLED') return undefined;
  if (failure !== undefined) return `its last start failed: ${failure.reason.slice(0, 200)}`;
  const [first] = next;
  // What is to happen once has happened.
  if (first === undefined) {
    return expression.startsWith('at(') ? undefined : 'it will never start anything again';
  }
  const late = now - first.start;
  if (late <= LATE_START) return undefined;
  return `it should have started something ${Math.floor(late / MINUTE)} minutes ago`;
}

/** Where the outside service is told of what is wrong: its address with `/fail`. */
function failOf(url: string): string {
  const address = new URL(url);
  address.pathname = `${address.pathname.replace(/\/$/, '')}/fail`;
  return address.href;
}

function keyOf({ team, kind, name }: WatchedPartRow): string {
  return JSON.stringify([team, kind, name]);
}
