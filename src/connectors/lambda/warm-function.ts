/**
 * One process that serves invocations of one function.
 *
 *     idle ──invoke──▶ busy ──response──▶ idle
 *                       └── crashed, timed out, stopped, fatal error ──▶ ended
 * @module
 */
import type { Duplex } from 'node:stream';
import type { Json } from '../connector.js';
import { childEnvironment } from '../process/child-environment.js';
import { compiledEntry } from '../process/compiled-entry.js';
import { LineSplitter } from '../process/line-splitter.js';
import { OutputCapture, type OutputSink } from '../process/output-capture.js';
import {
  endGroup,
  type GroupLeader,
  type ProcessExit,
  startGroup,
} from '../process/process-group.js';
import type { FunctionCode } from './function-code.js';
import {
  type Invocation,
  outputEnd,
  REPORTED_MEMORY,
  RESPONSE_LIMIT,
  type Response,
} from './protocol.js';
import { PYTHON_RUNTIME } from './runtime/python-runtime.js';

/** How an invocation ended. */
export type InvocationEnd =
  | { type: 'result'; result: Json }
  | { type: 'error'; error: { [field: string]: Json } }
  | { type: 'exited'; exit: ProcessExit }
  | { type: 'timedOut' }
  | { type: 'aborted' };

/** After the response, output that is still on its way is waited for this long, in milliseconds. */
const OUTPUT_WAIT = 1_000;

/** Room for the response's envelope. */
const LINE_LIMIT = RESPONSE_LIMIT + 65_536;

export class WarmFunction {
  readonly code: FunctionCode;
  readonly pid: number;
  readonly startTime: string;
  /** False once the process cannot serve another invocation. */
  usable = true;
  private readonly leader: GroupLeader;
  private readonly channel: Duplex;
  private readonly stdout: OutputCapture;
  private readonly stderr: OutputCapture;
  private readonly grace: number;
  private onResponse: (response: Response) => void = () => undefined;
  private onExit: (exit: ProcessExit) => void = () => undefined;
  private onOutputEnd: () => void = () => undefined;
  private exit: ProcessExit | undefined;
  private endLine = '';
  private ending: Promise<void> | undefined;

  private constructor(code: FunctionCode, leader: GroupLeader, grace: number) {
    if (!leader.channel) throw new Error('The process has no channel.');
    this.code = code;
    this.leader = leader;
    this.pid = leader.pid;
    this.startTime = leader.startTime;
    this.grace = grace;
    this.channel = leader.channel;
    const isEnd = (line: string): boolean => {
      if (!line.startsWith('\0end ')) return false;
      if (line === this.endLine) this.onOutputEnd();
      return true;
    };
    this.stdout = new OutputCapture(leader.stdout, 'stdout', isEnd);
    this.stderr = new OutputCapture(leader.stderr, 'stderr', isEnd);
    const responses = new LineSplitter(LINE_LIMIT, (line) => this.receive(line));
    this.channel.on('data', (chunk: Buffer) => responses.push(chunk));
    // The channel closes after its last message was read, so an answer given before the exit is not lost.
    this.channel.once('close', () => {
      void leader.exited.then((exit) => {
        this.exit = exit;
        this.onExit(exit);
      });
    });
    void leader.exited.then(() => {
      this.usable = false;
    });
  }

  /** Starts the process; its handler is loaded by the first invocation. */
  static async start(code: FunctionCode, grace: number, region: string): Promise<WarmFunction> {
    const isPython = code.runtime === 'python';
    const leader = await startGroup({
      argv: isPython ? pythonCommand(code) : nodeCommand(code),
      cwd: code.folder,
      env: functionEnvironment(code, region),
      user: code.user,
      channel: true,
    });
    leader.stdin.end(isPython ? PYTHON_RUNTIME : '');
    return new WarmFunction(code, leader, grace);
  }

  /** Serves one invocation; only one at a time. The process is ended when it did not answer. */
  async invoke(
    invocation: Invocation,
    sink: OutputSink,
    signal: AbortSignal,
  ): Promise<InvocationEnd> {
    this.endLine = outputEnd(invocation.requestId);
    const printed = this.outputEnds();
    this.stdout.direct(sink);
    this.stderr.direct(sink);
    const end = await this.firstEnd(invocation, signal);
    if (end.type === 'result' || end.type === 'error') {
      await Promise.race([printed, this.outputClosed(), pause(OUTPUT_WAIT)]);
    } else {
      this.usable = false;
      await this.end(end.type === 'aborted' ? this.grace : 0);
    }
    this.stdout.direct(undefined);
    this.stderr.direct(undefined);
    return end;
  }

  /** Ends the process and what it started; further calls wait for the first. */
  end(grace: number = this.grace): Promise<void> {
    this.usable = false;
    this.ending ??= this.endProcess(grace);
    return this.ending;
  }

  private async endProcess(grace: number): Promise<void> {
    this.channel.end();
    await endGroup(this.pid, grace);
    await this.leader.exited;
    await Promise.race([this.outputClosed(), pause(OUTPUT_WAIT)]);
    this.stdout.stop();
    this.stderr.stop();
    this.channel.destroy();
  }

  private firstEnd(invocation: Invocation, signal: AbortSignal): Promise<InvocationEnd> {
    return new Promise((resolve) => {
      const settle = (end: InvocationEnd): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        this.onResponse = () => undefined;
        this.onExit = () => undefined;
        resolve(end);
      };
      const abort = (): void => settle({ type: 'aborted' });
      const timer = setTimeout(
        () => settle({ type: 'timedOut' }),
        Math.max(1, invocation.deadline - Date.now()),
      );
      signal.addEventListener('abort', abort, { once: true });
      if (signal.aborted) {
        abort();
        return;
      }
      if (this.exit) {
        settle({ type: 'exited', exit: this.exit });
        return;
      }
      this.onExit = (exit) => settle({ type: 'exited', exit });
      this.onResponse = (response) => {
        if (response.requestId !== invocation.requestId) return;
        if ('result' in response) {
          settle({ type: 'result', result: response.result });
          return;
        }
        if (response.fatal) this.usable = false;
        settle({ type: 'error', error: response.error });
      };
      this.channel.write(`${JSON.stringify(invocation)}\n`);
    });
  }

  private receive(line: string): void {
    try {
      this.onResponse(JSON.parse(line) as Response);
    } catch {
      // Something else wrote to our descriptor: the function broke the protocol and cannot be trusted any more.
      void this.end(0);
    }
  }

  /** Resolves when both streams have printed their end line. */
  private outputEnds(): Promise<void> {
    return new Promise((resolve) => {
      let missing = 2;
      this.onOutputEnd = () => {
        missing -= 1;
        if (missing === 0) resolve();
      };
    });
  }

  private async outputClosed(): Promise<void> {
    await Promise.all([this.stdout.ended, this.stderr.ended]);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}

function nodeCommand(code: FunctionCode): [string, ...string[]] {
  const heap = code.memory ? [`--max-old-space-size=${code.memory}`] : [];
  const entry = compiledEntry('./runtime/node-runtime.js', import.meta.url);
  return [process.execPath, ...heap, '--enable-source-maps', entry, code.folder, code.handler];
}

function pythonCommand(code: FunctionCode): [string, ...string[]] {
  const memory = code.memory ? [String(code.memory)] : [];
  return ['python3', '-u', '-', code.folder, code.handler, ...memory];
}

/**
 * What Lambda defines, so that a function runs here as there: also zone and language are Lambda's and not the server's. What
 * only the process itself can know (log stream, version of the runtime, trace) it adds.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
function functionEnvironment(code: FunctionCode, region: string): { [name: string]: string } {
  const own = {
    PYTHONDONTWRITEBYTECODE: '1',
    TZ: 'UTC',
    LANG: 'C.UTF-8',
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    ...code.environment,
    AWS_LAMBDA_FUNCTION_NAME: code.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(code.memory ?? REPORTED_MEMORY),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${code.name}`,
    LAMBDA_TASK_ROOT: code.folder,
    _HANDLER: code.handler,
  };
  return childEnvironment(own, code.user);
}
