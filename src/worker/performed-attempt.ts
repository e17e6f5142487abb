/**
 * One attempt that a worker performs: from its files to its outcome, which is told until the server has taken it or says that
 * the attempt is not this worker's.
 *
 *     claimed ──▶ files ──▶ running ──▶ its files are told ──▶ its outcome and last lines are told ──▶ ended
 *                  └───────────┴── stopped: nothing of it is told any more ──▶ ended
 *
 * @module
 */
import { PATHS, pathTo } from '../api/paths.js';
import type {
  AttemptOutcome,
  ClaimedAttempt,
  WorkerChanges,
  WorkerLines,
  WorkerOutcome,
} from '../api/workers.js';
import type { Connector, TaskOutcome, TaskRequest } from '../connectors/connector.js';
import { Backoff } from './backoff.js';
import type { OutcomeBatches } from './outcome-batches.js';
import { OutputLines } from './output-lines.js';
import { type ServerLine, ServerRefusal } from './server-line.js';

const PATIENCE = 30_000;

/** Folders of one attempt on this machine. */
export interface AttemptPlace {
  readonly folder: string;
  readonly workFolder: string;
  /** Folders of the versions of datasets that it reads, in their order. */
  readonly data: readonly string[];
  /** Sends what the task has written. @throws ServerAway, ServerRefusal */
  told(): Promise<WorkerChanges>;
  remove(): Promise<void>;
}

/** Gets files for attempts. */
export interface AttemptPlaces {
  /** @throws ServerAway, ServerRefusal, PlaceRefused */
  open(attempt: ClaimedAttempt, signal: AbortSignal): Promise<AttemptPlace>;
}

export interface Performing {
  readonly line: ServerLine;
  readonly outcomes: OutcomeBatches;
  readonly connectors: ReadonlyMap<string, Connector>;
  readonly places: AttemptPlaces;
  say(text: string): void;
}

/** Files that this worker does not take, or does not send: why. */
export class PlaceRefused extends Error {}

export class PerformedAttempt {
  readonly id: string;
  /** For people: execution and state. */
  readonly label: string;
  /** Whether its outcome was taken. */
  readonly ended: Promise<'told' | 'stopped'>;
  readonly #claimed: ClaimedAttempt;
  readonly #performing: Performing;
  readonly #stopping: AbortController = new AbortController();
  readonly #backoff: Backoff = new Backoff();
  readonly #lines: OutputLines;
  #hasBeaten = false;

  constructor(claimed: ClaimedAttempt, performing: Performing) {
    this.id = claimed.id;
    this.#claimed = claimed;
    this.#performing = performing;
    const { execution, state } = claimed;
    this.label = `${execution.pipeline}/${execution.name} ${state}`;
    this.#lines = new OutputLines((first, records) =>
      this.#insist(() => this.#sendLines({ first, records: [...records] })),
    );
    this.ended = this.#run();
  }

  get isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  /** Nobody waits for it any more: its processes end, and nothing of it is told. */
  stop(): void {
    this.#stopping.abort();
    this.#lines.stop();
    this.#backoff.cancel();
  }

  /** Whether its task has shown signs of life, of which its execution is to be told. */
  takeBeat(): boolean {
    const had = this.#hasBeaten && this.#claimed.beats;
    this.#hasBeaten = false;
    return had;
  }

  async #run(): Promise<'told' | 'stopped'> {
    const { say } = this.#performing;
    const begun = performance.now();
    let place: AttemptPlace | undefined;
    try {
      say(`${this.label}: begun`);
      const found = await this.#insist(() => this.#open());
      if ('type' in found) await this.#tell(found, undefined);
      else {
        place = found;
        const outcome = await this.#perform(place);
        await this.#tell(outcome, place, await this.#lines.end());
        const seconds = ((performance.now() - begun) / 1000).toFixed(1);
        const how = outcome.type === 'succeeded' ? 'succeeded' : `failed, ${outcome.error}`;
        say(`${this.label}: ${how} (${seconds} s)`);
      }
      return 'told';
    } catch (error) {
      if (!this.isStopped) {
        const reason = error instanceof Error ? error.message : String(error);
        say(`${this.label}: given up, ${reason}`);
      }
      this.stop();
      return 'stopped';
    } finally {
      await place?.remove().catch(() => undefined);
    }
  }

  /** Its folders, or the outcome of an attempt whose files cannot be had. */
  async #open(): Promise<AttemptPlace | WorkerOutcome> {
    try {
      return await this.#performing.places.open(this.#claimed, this.#stopping.signal);
    } catch (error) {
      const isRefused =
        error instanceof PlaceRefused || (error instanceof ServerRefusal && !isOver(error));
      if (!isRefused) throw error;
      const fix = error instanceof ServerRefusal ? ` ${error.fix}` : '';
      return { type: 'failed', error: 'Worker.FilesRefused', cause: `${error.message}${fix}` };
    }
  }

  async #perform({ folder, workFolder, data }: AttemptPlace): Promise<TaskOutcome> {
    const { kind, beats: _beats, hasFiles: _files, datasets, id, ...rest } = this.#claimed;
    const connector = this.#performing.connectors.get(kind);
    if (connector === undefined) {
      const cause = `This worker performs no tasks of the kind '${kind}'.`;
      return { type: 'failed', error: 'Millrace.UnknownConnector', cause };
    }
    const task: TaskRequest = {
      ...{ ...(rest as Omit<TaskRequest, 'attemptId' | 'folder' | 'workFolder' | 'datasets'>) },
      ...{ attemptId: id, folder, workFolder },
      ...(datasets === undefined
        ? {}
        : {
            datasets: withFolders(
              datasets as unknown as NonNullable<TaskRequest['datasets']>,
              data,
            ),
          }),
    };
    const problems = connector.validate(task.arguments);
    if (problems.length > 0) {
      return { type: 'failed', error: 'Connector.InvalidArguments', cause: problems.join(' ') };
    }
    try {
      return await connector.run(task, {
        signal: this.#stopping.signal,
        log: (record) => this.#lines.add(record),
        heartbeat: () => {
          this.#hasBeaten = true;
        },
      });
    } catch (error) {
      return { type: 'failed', error: 'Connector.InternalError', cause: String(error) };
    }
  }

  async #tell(
    outcome: WorkerOutcome,
    place: AttemptPlace | undefined,
    lines?: WorkerLines,
  ): Promise<void> {
    let told = outcome;
    let changes: WorkerChanges | undefined;
    try {
      changes = place === undefined ? undefined : await this.#insist(() => place.told());
    } catch (error) {
      if (!(error instanceof PlaceRefused)) throw error;
      told = { type: 'failed', error: 'Worker.FilesRefused', cause: error.message };
    }
    const whole: AttemptOutcome = {
      ...{ attempt: this.id, outcome: told },
      ...(changes === undefined ? {} : { changes }),
    };
    if (lines === undefined) return this.#tellOutcome(whole);
    try {
      await this.#settle({ ...whole, lines });
    } catch (error) {
      if (!(error instanceof ServerRefusal) || isOver(error)) throw error;
      // Together they are too much, or one of them does not fit: what fits is taken.
      await this.#insist(() => this.#sendLines(lines)).catch((refusal) => {
        if (!(refusal instanceof ServerRefusal) || isOver(refusal)) throw refusal;
      });
      await this.#tellOutcome(whole);
    }
  }

  async #tellOutcome(told: AttemptOutcome): Promise<void> {
    try {
      await this.#settle(told);
    } catch (error) {
      if (!(error instanceof ServerRefusal) || isOver(error)) throw error;
      // What it says does not fit: the execution is told that.
      const cause = `The server did not take what came of it: ${error.message}`;
      const refused = { type: 'failed', error: 'Worker.OutcomeRefused', cause } as const;
      await this.#settle({ attempt: this.id, outcome: refused });
    }
  }

  #settle(told: AttemptOutcome): Promise<void> {
    const prepared = this.#performing.outcomes.prepare(told);
    return this.#insist(() => this.#performing.outcomes.tell(prepared, this.#stopping.signal));
  }

  #sendLines(lines: WorkerLines): Promise<void> {
    const patience = { ms: PATIENCE, signal: this.#stopping.signal };
    const path = pathTo(PATHS.workerLogs, { id: this.id });
    return this.#performing.line.ask('POST', path, lines, patience);
  }

  /** Tries again while the server is away. @throws what else goes wrong, or when the attempt was stopped */
  async #insist<Answer>(act: () => Promise<Answer>): Promise<Answer> {
    for (;;) {
      if (this.isStopped) throw new Error('it was stopped');
      try {
        const answer = await act();
        this.#backoff.reset();
        return answer;
      } catch (error) {
        if (error instanceof ServerRefusal || error instanceof PlaceRefused) throw error;
        if (this.isStopped) throw error;
        await this.#backoff.wait();
      }
    }
  }
}

function isOver(refusal: ServerRefusal): boolean {
  return refusal.isLeaseOver || refusal.isFinal;
}

/** The same versions, with their folders on this machine. */
function withFolders(
  datasets: NonNullable<TaskRequest['datasets']>,
  folders: readonly string[],
): NonNullable<TaskRequest['datasets']> {
  let next = 0;
  return Object.fromEntries(
    Object.entries(datasets).map(([alias, read]) => {
      const own = folders.slice(next, next + read.folders.length);
      next += read.folders.length;
      return [alias, { ...read, folders: [...own] }];
    }),
  );
}
