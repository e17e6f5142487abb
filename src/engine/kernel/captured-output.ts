/**
 * Captured output on its way to the store: lines are gathered and written with the next turn.
 *
 * Memory is bounded: when a task writes faster than the disk takes, lines are left out and a line in their place says
 * how many.
 * @module
 */
import type { SecretRegistry } from '../../secrets/secret-registry.js';
import { SEGMENT_SPAN } from '../../store/log-segments.js';
import type { FoundLogLine, LogLine, LogSegment } from '../../store/store.js';
import type { ActiveExecution } from './active-execution.js';
import type { EngineTime } from './engine-time.js';
import type { Feed } from './feed.js';
import type { AttemptLogRecord } from './ports.js';
import type { ScheduleTask } from './resolve-task.js';
import type { Turn } from './turn.js';
import type { TurnLoop } from './turn-loop.js';

/** Lines in memory, at most. */
const WAITING_LINES = 20_000;
/** Lines in one segment, at most. */
const SEGMENT_LINES = 500;

/** Lines whose times lie far apart are no segment: a search by time goes by its first line. */
function isFull({ lines }: LogSegment, next: AttemptLogRecord): boolean {
  const [first] = lines;
  if (first === undefined) return false;
  const isNear = next.at >= first.at && next.at - first.at <= SEGMENT_SPAN;
  return lines.length >= SEGMENT_LINES || !isNear;
}

interface Gathered {
  active: ActiveExecution;
  segment: LogSegment;
  dropped: number;
}

interface Parts {
  readonly loop: TurnLoop;
  readonly time: EngineTime;
  readonly feed: Feed;
  readonly secrets: SecretRegistry;
}

export class CapturedOutput {
  readonly #parts: Parts;
  readonly #listeners: Set<(lines: readonly FoundLogLine[]) => void> = new Set();
  #gathered: Map<string, Gathered> = new Map();
  #lines = 0;
  #isQueued = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Adds a line of an attempt's output under the execution's tags. */
  add(active: ActiveExecution, task: ScheduleTask, record: AttemptLogRecord): void {
    const key = `${active.number}:${task.thread}:${task.sequence}`;
    let gathered = this.#gathered.get(key);
    if (!gathered || isFull(gathered.segment, record)) {
      const segment: LogSegment = {
        execution: active.number,
        team: active.creation.team,
        pipeline: active.creation.pipeline,
        state: task.state,
        attempt: task.attempt,
        tags: active.creation.tags,
        lines: [],
      };
      // A full segment keeps its place under another key; a Map remembers the order.
      if (gathered) this.#gathered.set(`${key}:${this.#gathered.size}`, gathered);
      this.#gathered.delete(key);
      gathered = { active, segment, dropped: 0 };
      this.#gathered.set(key, gathered);
    }
    if (this.#lines >= WAITING_LINES) gathered.dropped += 1;
    else {
      gathered.segment.lines.push(record);
      this.#lines += 1;
    }
    this.#queue();
  }

  /**
   * Writes lines of an attempt in this turn, for whoever notes in the same commit how far it has read: after any crash none is
   * missing and none is there twice.
   */
  write(
    turn: Turn,
    active: ActiveExecution,
    { state, attempt }: Pick<ScheduleTask, 'state' | 'attempt'>,
    records: readonly AttemptLogRecord[],
  ): void {
    const { team, pipeline, tags } = active.creation;
    const whose = { execution: active.number, team, pipeline, state, attempt, tags };
    const written = new Map<string, Gathered>();
    let last: LogSegment | undefined;
    for (const record of records) {
      if (last === undefined || isFull(last, record)) {
        last = { ...whose, lines: [] };
        written.set(String(written.size), { active, segment: last, dropped: 0 });
        turn.logs.push(last);
      }
      last.lines.push(this.#masked(record, active));
    }
    turn.afterCommit(() => this.#publish(written));
  }

  #queue(): void {
    if (this.#isQueued) return;
    this.#isQueued = true;
    this.#parts.loop.add({
      perform: (turn) => {
        this.#flush(turn);
        return 'done';
      },
    });
  }

  #flush(turn: Turn): void {
    const gathered = this.#gathered;
    const lines = this.#lines;
    this.#gathered = new Map();
    this.#lines = 0;
    this.#isQueued = false;
    for (const { active, segment, dropped } of gathered.values()) {
      segment.lines = segment.lines.map((line) => this.#masked(line, active));
      if (dropped > 0) segment.lines.push(this.#droppedLine(dropped, segment));
      if (segment.lines.length > 0) turn.logs.push(segment);
    }
    turn.afterFailure(() => {
      for (const [key, entry] of this.#gathered) gathered.set(`${key}:later`, entry);
      for (const entry of gathered.values()) entry.dropped = 0;
      this.#gathered = gathered;
      this.#lines += lines;
      // The input that flushed is tried again by itself.
      this.#isQueued = true;
    });
    turn.afterCommit(() => this.#publish(gathered));
  }

  #masked(line: LogSegment['lines'][number], active: ActiveExecution): typeof line {
    const { secrets } = this.#parts;
    const message = secrets.text(line.message, active.secrets);
    const fields = line.fields && secrets.json(line.fields, active.secrets);
    if (message === line.message && fields === line.fields) return line;
    return { ...line, message, ...(fields === undefined ? {} : { fields }) };
  }

  #droppedLine(count: number, { lines }: LogSegment): LogSegment['lines'][number] {
    return {
      // After the last one that is kept: all lines of a segment are of one time.
      at: lines.at(-1)?.at ?? this.#parts.time.now(),
      stream: 'system',
      level: 'warn',
      message: `${count} lines were left out: the task wrote faster than they could be stored.`,
    };
  }

  /** Hears lines once they are durable, in the order of their commits, until the answer is called. A listener waits for nothing. */
  onStored(listener: (lines: readonly FoundLogLine[]) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #tell(gathered: ReadonlyMap<string, Gathered>): void {
    if (this.#listeners.size === 0) return;
    for (const { active, segment } of gathered.values()) {
      const { state, attempt, tags } = segment;
      const { id, name, pipeline, team, startedAt } = active.creation;
      const shared = { state, attempt, tags, number: active.number, execution: id };
      const lines = segment.lines.map((line) => ({
        ...line,
        ...shared,
        ...{ name, pipeline, team, startedAt },
      }));
      for (const listener of this.#listeners) listener(lines);
    }
  }

  #publish(gathered: ReadonlyMap<string, Gathered>): void {
    this.#tell(gathered);
    const { feed } = this.#parts;
    if (feed.idle()) return;
    for (const { active, segment } of gathered.values()) {
      const { state, attempt, tags } = segment;
      const lines: LogLine[] = segment.lines.map((line) => ({ ...line, state, attempt, tags }));
      const { id, pipeline, team } = active.creation;
      feed.publish([{ type: 'log', execution: id, number: active.number, pipeline, team, lines }]);
    }
  }
}
