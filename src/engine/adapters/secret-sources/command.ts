/**
 * Secrets that a command prints: `pass`, `vault kv get`, `op read`, a script of the house.
 *
 * It is started as it is written, without a shell, with nothing of the server's environment but what is named. What it prints
 * is the value, without the newline at its end; nothing, with the exit code 0, says that there is none. What it prints on
 * standard error is told to nobody, since it may repeat a value.
 * @module
 */
import { spawn } from 'node:child_process';
import type { SecretSource } from '../../kernel/secret-source.js';

const LONGEST_BYTES = 65_536;
/** Variables that every program needs. */
const ALWAYS = ['PATH', 'HOME', 'LANG', 'TMPDIR'];

export interface CommandOptions {
  /** The program and its arguments; `{team}` and `{name}` stand for the team and the secret's name. */
  readonly argv: readonly string[];
  readonly teams: SecretSource['teams'];
  /** It is ended after so long. */
  readonly timeoutMs: number;
  /** What it gets of the server's environment besides PATH, HOME, LANG and TMPDIR. */
  readonly environment: { readonly [name: string]: string | undefined };
}

/** @example secretCommand({ argv: ['pass', 'show', '{team}/{name}'], teams: '*', timeoutMs: 10_000, environment: {} }) */
export function secretCommand(options: CommandOptions): SecretSource {
  const [program = ''] = options.argv;
  const name = `the command ${program}`;
  return {
    name,
    teams: options.teams,
    value: (team, secret) => run(options, name, team, secret),
  };
}

function run(
  { argv, timeoutMs, environment }: CommandOptions,
  name: string,
  team: string,
  secret: string,
): Promise<string | undefined> {
  const filled = argv.map((word) => word.replaceAll('{team}', team).replaceAll('{name}', secret));
  const env: { [name: string]: string } = {};
  for (const [variable, value] of Object.entries(environment)) {
    if (value !== undefined) env[variable] = value;
  }
  for (const variable of ALWAYS) {
    const value = process.env[variable];
    if (value !== undefined) env[variable] = value;
  }
  return new Promise((resolve, reject) => {
    const child = spawn(filled[0] ?? '', filled.slice(1), {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
      // With whatever it starts: it is ended as a whole.
      detached: true,
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let problem: string | undefined;
    const end = (why: string): void => {
      problem ??= why;
      try {
        process.kill(-(child.pid ?? Number.NaN), 'SIGKILL');
      } catch {
        child.kill('SIGKILL');
      }
      child.stdout.destroy();
    };
    const timer = setTimeout(() => end(`did not answer within ${timeoutMs / 1000} s`), timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > LONGEST_BYTES) end(`printed more than ${LONGEST_BYTES} bytes`);
      else chunks.push(chunk);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(new Error(`${name} cannot be started: ${error.code ?? 'unknown'}`));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (problem !== undefined) return reject(new Error(`${name} ${problem}`));
      if (code !== 0) return reject(new Error(`${name} ended with ${code ?? signal}`));
      const text = Buffer.concat(chunks)
        .toString('utf8')
        .replace(/\r?\n$/, '');
      resolve(text === '' ? undefined : text);
    });
  });
}
