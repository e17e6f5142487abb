/**
 * Outcomes of attempts on their way to the server: those that come at about the same time in one request, while the one
 * before is under way the next is gathered, for a second at most.
 *
 *     told ──▶ gathered ──a moment later, or when the request before has been answered──▶ sent ──▶ each has its own answer
 *                                            │                                                             │
 *                       the whole is refused ┴──▶ each is sent alone: one that is   all of a request were stopped ┴──▶ given up
 *                                                 not taken keeps no other back
 *
 * Those with files of their work folder go alone at once: the server is busy with them for longer.
 * @module
 */
import { PATHS } from '../api/paths.js';
import {
  type AttemptOutcome,
  MOST_OUTCOME_BYTES,
  MOST_OUTCOMES,
  type TakenOutcomes,
} from '../api/workers.js';
import { ServerAway, type ServerLine, ServerRefusal } from './server-line.js';

/** Milliseconds for a request. */
const PATIENCE = 30_000;
/** Milliseconds after which the next request waits no longer for one that is not answered: its connection may be dead. */
const SILENT = 1_000;
/** Requests with gathered outcomes at a time, when they are not answered. */
const MOST_UNDER_WAY = 8;
/** Characters of a request with more than one: as many bytes or up to three times as many, less than a server takes. */
const GATHERED: number = MOST_OUTCOME_BYTES / 8;

/** An outcome as it is sent. */
export interface PreparedOutcome {
  readonly json: string;
  readonly goesAlone: boolean;
}

interface Waiting extends PreparedOutcome {
  /** Nobody waits for its answer any more. */
  isGivenUp: boolean;
  /** Is told that; with what is under way something else may go on. */
  onGivenUp: (() => void) | undefined;
  resolve(): void;
  reject(error: Error): void;
}

export class OutcomeBatches {
  readonly #line: ServerLine;
  #waiting: Waiting[] = [];
  /** The request after which the next is held back; undefined: none is. */
  #last: readonly Waiting[] | undefined;
  #underWay = 0;
  #isArmed = false;

  constructor(line: ServerLine) {
    this.#line = line;
  }

  /** Writes an outcome down, once, however often it is sent. */
  prepare(told: AttemptOutcome): PreparedOutcome {
    const { written = [], removed = [] } = told.changes ?? {};
    return { json: JSON.stringify(told), goesAlone: written.length + removed.length > 0 };
  }

  /**
   * Resolves when the server has taken it.
   * @param givenUp aborted when nobody waits for the answer any more
   * @throws ServerAway, ServerRefusal
   */
  async tell(outcome: PreparedOutcome, givenUp: AbortSignal): Promise<void> {
    let giveUp = (): void => undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const waiting: Waiting = {
          ...outcome,
          ...{ isGivenUp: false, onGivenUp: undefined, resolve, reject },
        };
        giveUp = () => {
          waiting.isGivenUp = true;
          this.#waiting = this.#waiting.filter((one) => one !== waiting);
          waiting.onGivenUp?.();
          reject(new ServerAway('it was stopped'));
        };
        givenUp.addEventListener('abort', giveUp, { once: true });
        if (outcome.goesAlone) void this.#send([waiting]);
        else {
          this.#waiting.push(waiting);
          this.#arm();
        }
      });
    } finally {
      givenUp.removeEventListener('abort', giveUp);
    }
  }

  /** What ends in the same moment goes together. */
  #arm(): void {
    if (this.#isArmed || !this.#maySend) return;
    this.#isArmed = true;
    setImmediate(() => {
      this.#isArmed = false;
      this.#sendNext();
    });
  }

  get #maySend(): boolean {
    return this.#last === undefined && this.#underWay < MOST_UNDER_WAY;
  }

  #sendNext(): void {
    if (this.#waiting.length === 0 || !this.#maySend) return;
    const batch = this.#taken();
    this.#last = batch;
    this.#underWay += 1;
    const goOn = (): void => {
      clearTimeout(silent);
      if (this.#last === batch) this.#last = undefined;
      this.#sendNext();
    };
    const silent = setTimeout(goOn, SILENT);
    void this.#send(batch).then(() => {
      this.#underWay -= 1;
      goOn();
    });
  }

  #taken(): Waiting[] {
    let characters = 0;
    let count = 0;
    for (const { json } of this.#waiting) {
      characters += json.length;
      if (count > 0 && (count >= MOST_OUTCOMES || characters > GATHERED)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  /** Never rejects: each of them is told. */
  async #send(batch: readonly Waiting[]): Promise<void> {
    const body = `{"outcomes":[${batch.map(({ json }) => json).join(',')}]}`;
    const stopping = new AbortController();
    for (const waiting of batch) {
      waiting.onGivenUp = () => {
        if (batch.every(({ isGivenUp }) => isGivenUp)) stopping.abort();
      };
    }
    try {
      const { results } = await this.#line.askWith<TakenOutcomes>(PATHS.workerOutcomes, body, {
        ...{ ms: PATIENCE, signal: stopping.signal },
      });
      for (const [index, waiting] of batch.entries()) settle(waiting, results[index]);
    } catch (error) {
      const isOne = batch.length === 1;
      if (error instanceof ServerRefusal && !error.isFinal && !isOne) {
        const rest = batch.filter(({ isGivenUp }) => !isGivenUp);
        await Promise.all(rest.map((waiting) => this.#send([waiting])));
      } else for (const { reject } of batch) reject(error as Error);
    }
  }
}

function settle(
  { resolve, reject }: Waiting,
  result: TakenOutcomes['results'][number] | undefined,
): void {
  const { taken = false, problem } = result ?? {};
  if (taken) resolve();
  // The server could not, this time: as if it had not answered.
  else if (problem === undefined || problem.status === 429 || problem.status >= 500) {
    reject(new ServerAway(problem?.title ?? 'it did not say what became of it'));
  } else reject(new ServerRefusal(problem));
}
