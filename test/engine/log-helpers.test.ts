/**
 * Small modules with which tasks log: what each writes becomes a line with level and fields, whatever it is told.
 * @module
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { LINE_LIMIT, logRecord } from '../../src/connectors/process/log-lines.js';

const FOLDER = fileURLToPath(new URL('../../task-logging', import.meta.url));
const ODD = 'say "no" \\ Grüße 🌍\tto\nall';

/** The log records of what a program writes to standard error; it writes nothing else. */
function linesOf(command: string, ...args: string[]): ReturnType<typeof logRecord>[] {
  // Where a program is a script of bash, bash itself complains of a locale that the machine does not have.
  const locale = { LC_ALL: 'C.UTF-8', LANG: 'C.UTF-8' };
  const env = { ...process.env, ...locale, PYTHONPATH: FOLDER, MILLRACE_LOGGING: FOLDER, ODD };
  const { stdout, stderr } = spawnSync(command, args, { env, encoding: 'utf8' });
  expect(stdout).toBe('');
  const lines = stderr.split('\n').slice(0, -1);
  for (const line of lines) expect(Buffer.byteLength(line)).toBeLessThan(LINE_LIMIT);
  return lines.map((line) => logRecord(line, 'stderr', 1));
}

const shell = '. "$MILLRACE_LOGGING/millrace-log.sh"; ';
// biome-ignore lint/suspicious/noTemplateCurlyInString: Node is given this text.
const node = 'const { log } = require(`${process.env.MILLRACE_LOGGING}/millrace-log.cjs`); ';
const python = 'import os; from millrace_log import log; ';
const CASES = [
  ['sh', 'sh', '-c', `${shell} log warn "$ODD" rows=12 file="$ODD" zip=00123`],
  [
    'Node',
    'node',
    '-e',
    `${node} log.warn(process.env.ODD, { rows: 12, file: process.env.ODD, zip: '00123' })`,
  ],
  [
    'Python',
    'python3',
    '-c',
    `${python} log.warn(os.environ["ODD"], rows=12, file=os.environ["ODD"], zip="00123")`,
  ],
] as const;

const hasPython = spawnSync('python3', ['--version']).status === 0;

describe.each(CASES.filter(([name]) => name !== 'Python' || hasPython))(
  '%s',
  (_name, ...command) => {
    it('logs a message with its level and fields in one call', () => {
      const [line, ...more] = linesOf(...command);
      expect(more).toEqual([]);
      const shown = ODD.replace('\n', '\\u000a');
      expect(line).toMatchObject({ level: 'warn', message: shown });
      expect(line?.fields).toEqual({ rows: 12, file: shown, zip: '00123' });
    });
  },
);

describe('a line that is too long', () => {
  it.each([
    ['node', '-e', `${node} log('é'.repeat(90000), { a: 1 }); log('b', { a: 'x'.repeat(9000) })`],
    ...(hasPython
      ? [['python3', '-c', `${python} log("é" * 90000, a=1); log("b", a="x" * 9000)`] as const]
      : []),
  ])('of %s stays JSON, shortened, and says so', (...command) => {
    const lines = linesOf(...(command as unknown as [string, string, string]));
    expect(lines).toHaveLength(2);
    for (const { level, fields } of lines) {
      expect(level).toBe('info');
      expect(fields).toEqual({ truncated: true });
    }
  });
});

describe('values that are no JSON', () => {
  it('are written as text by Node', () => {
    const program = `${node} const a = {}; a.a = a; log('cycle', a); log('big', { n: 1n, e: new Error('x') })`;
    const [cycle, big] = linesOf('node', '-e', program);
    expect(cycle?.message).toBe('cycle');
    expect(big?.fields).toMatchObject({ n: '1' });
  });

  it.runIf(hasPython)('are written as text by Python, and the logging module is heard', () => {
    const [odd, error] = linesOf(
      'python3',
      '-c',
      `${python} import logging, millrace_log
log("odd", nan=float("nan"), set={1}, rows=12)
millrace_log.install()
try: 1 / 0
except Exception: logging.getLogger("orders").exception("bad %s", 1, extra={"fields": {"file": "a"}})`,
    );
    expect(odd?.fields).toEqual({ nan: 'nan', set: '{1}', rows: 12 });
    expect(error).toMatchObject({ level: 'error', message: 'bad 1' });
    expect(error?.fields).toMatchObject({ file: 'a', logger: 'orders' });
    expect(String(error?.fields?.stack)).toContain('ZeroDivisionError');
  });
});

describe('`millrace log`', () => {
  it('does the same from the command line, and refuses what is no field', () => {
    const program = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url));
    const args = ['log', '--level', 'error', '--field', 'rows=12', '--field', 'zip=00123', ODD];
    const [line] = linesOf(process.execPath, program, ...args);
    expect(line).toMatchObject({ level: 'error', fields: { rows: 12, zip: '00123' } });
    const refused = spawnSync(process.execPath, [program, 'log', '--field', 'x', 'y'], {
      encoding: 'utf8',
    });
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('NAME=VALUE');
  });

  it('needs no server', () => {
    const program = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url));
    const env = { ...process.env, MILLRACE_URL: 'http://127.0.0.1:1' };
    execFileSync(process.execPath, [program, 'log', 'x'], { env, stdio: 'ignore' });
  });
});
