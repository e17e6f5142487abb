/**
 * Runs the real program in a process of its own, as a terminal would, but without one.
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url));

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  process: ChildProcess;
  /** Answers when the text has appeared on standard output or standard error; rejects when the program ends before. */
  until(text: string): Promise<void>;
  ended: Promise<Ended>;
}

export interface MillraceOptions {
  cwd: string;
  env?: { [name: string]: string };
  /** Standard input. */
  input?: string;
  /** User and group that it runs as. Default: this process's. */
  uid?: number;
  /** A program and its arguments that starts it: in another namespace, say. Default: nothing between. */
  through?: readonly string[];
}

/** Starts `millrace` with these arguments and nothing of this process's environment but what any program needs. */
export function startMillrace(args: readonly string[], options: MillraceOptions): Running {
  const { PATH = '', HOME = '' } = process.env;
  const [program = process.execPath, ...rest] = [
    ...(options.through ?? []),
    process.execPath,
    PROGRAM,
    ...args,
  ];
  const child = spawn(program, rest, {
    cwd: options.cwd,
    env: { PATH, HOME, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  const heard = (): void => {
    for (const look of waiting) look();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    heard();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    heard();
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return {
    process: child,
    ended,
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (!stdout.includes(text) && !stderr.includes(text)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void ended.then(() => reject(new Error(`ended before '${text}':\n${stdout}\n${stderr}`)));
      }),
  };
}

/** Runs `millrace` to its end. */
export function millrace(args: readonly string[], options: MillraceOptions): Promise<Ended> {
  return startMillrace(args, options).ended;
}

/** Escape sequences, carriage returns: what has no place in a file or a log. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
export const TERMINAL_CODES: RegExp = /[\u001b\r\u0007\u0008]/;
