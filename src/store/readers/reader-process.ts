/**
 * One reader, as the server sees it.
 *
 *     idle ──order──▶ busy ──answer──▶ idle        killed or gone: ended
 *
 * A process and not a thread. A query cannot be interrupted from outside: a thread in the middle of one could only be
 * abandoned, holding its snapshot and with it the write-ahead log, and ending such a thread makes `libsql` abort the whole
 * server. A process is killed, and the kernel takes back its locks.
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { StoreSource } from '../source.js';
import { sourceEnvironment } from '../source-environment.js';
import type { Answer, Order, ToReader } from './messages.js';

export interface ReaderProcessOptions {
  source: StoreSource;
  /** Milliseconds for a read. */
  deadline: number;
  answered(answer: Answer): void;
  /** It is gone, with the order it was busy with. */
  ended(reader: ReaderProcess): void;
}

/** MiB of heap. */
const MEMORY = 512;

export class ReaderProcess {
  readonly #child: ChildProcess;
  #busy: number | undefined;
  #isEnded = false;
  /** It has answered at least once: what ends it now is not its start. */
  isProven = false;

  constructor(options: ReaderProcessOptions) {
    const child = fork(compiled('reader.js'), [nameOf(options.source)], {
      env: sourceEnvironment(options.source.kind),
      execArgv: [`--max-old-space-size=${MEMORY}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#child = child;
    child.unref();
    child.channel?.unref();
    this.#tell({ type: 'open', source: options.source, deadline: options.deadline });
    child.on('message', (answer: Answer) => {
      this.isProven = true;
      this.#busy = undefined;
      child.channel?.unref();
      options.answered(answer);
    });
    const ended = (): void => {
      if (this.#isEnded) return;
      this.#isEnded = true;
      options.ended(this);
    };
    child.on('error', ended);
    child.on('exit', ended);
  }

  /** Id of the order that it works on. */
  get busy(): number | undefined {
    return this.#busy;
  }

  send(order: Order): void {
    this.#busy = order.id;
    // Whoever waits for an answer keeps the process alive; a reader that waits for work does not.
    this.#child.channel?.ref();
    this.#tell({ type: 'read', order });
  }

  #tell(message: ToReader): void {
    // A broken channel is told by `exit` as well.
    this.#child.send(message, () => undefined);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Ends it and resolves when it is gone. */
  async close(): Promise<void> {
    if (this.#isEnded) return;
    const gone = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.ref();
    this.kill();
    await gone;
  }
}

/** For whoever looks at the processes of the machine. */
function nameOf(source: StoreSource): string {
  return source.kind === 'sqlite' ? source.database : 'postgresql';
}

/** Child processes run plain Node: when the sources run directly, the compiled file lies in `dist` at the same place. */
function compiled(name: string): string {
  const beside = fileURLToPath(new URL(name, import.meta.url));
  return import.meta.url.endsWith('.ts')
    ? beside.replace(/([\\/])src([\\/]store[\\/])/, '$1dist$2')
    : beside;
}
