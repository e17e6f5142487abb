/**
 * What a feature is: one folder that joins the kernel. See `docs/adding-a-feature.md` for one from start to
 * finish, and `compose.ts` for those that there are.
 *
 *     constructed ──open: what it remembers──▶ begin: from now on it acts ──▶ … turns … ──close──▶ acts no more
 *
 * All features have opened before any of them, or a task, begins: none misses a fact. A feature imports the kernel and
 * never another feature; what it needs of a peer is handed to it by `compose.ts`, in a type that it declares itself.
 * @module
 */
import type { AnyTable } from '../../store/table.js';
import type { LoadedMachine } from './active-execution.js';
import type { Fact } from './facts.js';
import type { Turn } from './turn.js';

export interface Feature {
  /** Unique; for messages. */
  readonly name: string;
  /** Its tables: there and up to date when it opens. Default: none. */
  readonly tables?: readonly AnyTable[];
  /** Reads what it remembers. Nothing acts yet. */
  open?(): void | Promise<void>;
  /** From now on it acts: what was missed while nobody looked enters the loop. */
  begin?(): void | Promise<void>;
  /** A pipeline has this version from now on. Also called for every pipeline that there is, between `open` and `begin`. */
  deployed?(machine: LoadedMachine): void | Promise<void>;
  /** Nobody deploys the pipeline any longer. @param key `pipelineKey` of it */
  withdrawn?(key: string): void;
  /**
   * It also hears of facts of test runs, and does nothing because of them that others notice. Default: it does not, and so need
   * not know that there are test runs.
   */
  readonly hearsOfTestRuns?: true;
  /** Hears of a fact in the turn in which it becomes durable; what is written because of it goes into the turn. */
  heard?(turn: Turn, fact: Fact): void;
  /**
   * When it is due next, in milliseconds since the epoch; undefined: not before something happens. Asked after each of its
   * calls to `kernel.dueChanged` and after `due`; also what `millrace test` lets virtual time go on to.
   */
  nextDue?(): number | undefined;
  /** It is due, or the clock was set: what is to happen enters the loop. */
  due?(): void;
  /** It acts no more. Called before the running attempts are ended. */
  close?(): void | Promise<void>;
}
