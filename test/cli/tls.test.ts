/**
 * The program with a certificate: what `up` refuses and warns of, and who trusts it how.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.js';
import { requirement } from '../requirements.js';
import { type Authority, makeAuthority, type Pair, stamp } from '../support/certificates.js';
import { freePort } from '../support/free-port.js';
import { until } from '../support/until.js';
import { type Ended, millrace, type Running, startMillrace } from './millrace.js';

const { missing } = requirement('openssl');
const LONG = 180_000;

describe.skipIf(missing)(`millrace with TLS${missing ? ` (${missing})` : ''}`, () => {
  let folder: string;
  let authority: Authority;
  let pair: Pair;
  let running: Running | undefined;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-cli-tls-'));
    mkdirSync(join(folder, 'pipelines'));
    writeFileSync(
      join(folder, 'pipelines', 'hello.yaml'),
      'pipeline: hello\nworker: true\nsteps:\n  - greet: { shell: [echo, hello] }\n',
    );
    authority = makeAuthority(join(folder, 'tls'));
    pair = authority.sign('server', { names: ['DNS:localhost'] });
  });
  afterEach(async () => {
    running?.process.kill('SIGKILL');
    await running?.ended;
    running = undefined;
    rmSync(join(folder, 'data'), { recursive: true, force: true });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  interface Told {
    readonly url: string;
    readonly token: string;
  }

  async function up(files: Pair = pair, ...more: string[]): Promise<Told> {
    running = startMillrace(
      [
        ...['up', 'pipelines', '--data', 'data', '--port', '0'],
        ...['--tls-cert', files.cert, '--tls-key', files.key, ...more],
      ],
      { cwd: folder },
    );
    await running.until('is up at');
    return told();
  }

  const told = (): Told =>
    JSON.parse(readFileSync(join(folder, 'data', 'server.json'), 'utf8')) as Told;

  const call = (words: readonly string[], env: { [name: string]: string } = {}): Promise<Ended> =>
    millrace(words, { cwd: folder, env });

  it(
    'is trusted by its data folder, by --ca-file, by MILLRACE_CA_FILE and by NODE_EXTRA_CA_CERTS, and by nothing else',
    async () => {
      const { url, token } = await up();
      expect(url).toMatch(/^https:\/\/localhost:\d+$/);
      const named = { MILLRACE_TOKEN: token, MILLRACE_URL: url };
      const other = makeAuthority(join(folder, 'other')).file;
      const byNumber = url.replace('localhost', '127.0.0.1');
      const ways: readonly [string[], { [name: string]: string }, number, string][] = [
        [['--data', 'data'], {}, 0, ''],
        [[], { ...named, NODE_EXTRA_CA_CERTS: authority.file }, 0, ''],
        [[], { ...named, MILLRACE_CA_FILE: authority.file }, 0, ''],
        [['--server', url, '--ca-file', authority.file], { MILLRACE_TOKEN: token }, 0, ''],
        [[], named, EXIT.unreachable, 'MILL5521'],
        [['--ca-file', other], named, EXIT.unreachable, 'MILL5521'],
        [['--ca-file', 'none'], named, EXIT.usage, 'MILL5520'],
        [['--ca-file', pair.key], named, EXIT.usage, 'MILL5520'],
        [['--server', byNumber, '--ca-file', authority.file], named, EXIT.unreachable, 'MILL5521'],
        [['--server', url.replace('https', 'http')], named, EXIT.usage, 'MILL3519'],
      ];
      for (const [words, env, code, says] of ways) {
        const ended = await call(['status', ...words], env);
        expect([words, ended.code, ended.stderr.includes(says)], ended.stderr).toEqual([
          ...[words, code, true],
        ]);
      }
      expect(running?.process.exitCode).toBe(null);
    },
    LONG,
  );

  it(
    'has tasks performed by a worker that comes over TLS, and ends with 0 when it is told to',
    async () => {
      const { url, token } = await up();
      const env = { MILLRACE_TOKEN: token };
      const ca = ['--server', url, '--ca-file', authority.file];
      // It does not ask for ever whom it will never trust.
      const refused = await call(['worker', '--server', url, '--once', '--data', 'worker'], env);
      expect(refused.stderr).toContain('MILL5521');
      const started = await call(['run', 'hello', '--name', 'one', ...ca], env);
      expect(started.code, started.stderr).toBe(0);
      const worked = await call(['worker', ...ca, '--once', '--data', 'worker'], env);
      expect(worked.code, worked.stderr).toBe(0);
      const shown = await until(
        () => call(['show', 'hello/one', '--json', '--data', 'data']),
        ({ stdout }) => stdout.includes('SUCCEEDED'),
      );
      expect(shown.stdout).toContain('SUCCEEDED');
      running?.process.kill('SIGTERM');
      expect(await running?.ended).toMatchObject({ code: 0 });
    },
    LONG,
  );

  const noAws = requirement('aws').missing;
  it.skipIf(noAws)(
    `answers the AWS CLI with --ca-bundle${noAws ? ` (${noAws})` : ''}`,
    async () => {
      const { url } = await up();
      const made = await call(['keys', 'create', '--label', 'cli', '--json', '--data', 'data']);
      const {
        id,
        accessKeyId = id,
        secret,
        secretAccessKey = secret,
      } = JSON.parse(made.stdout) as {
        [name: string]: string;
      };
      const env = {
        ...{ PATH: process.env.PATH, HOME: folder, AWS_DEFAULT_REGION: 'us-east-1' },
        ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
      };
      const aws = (...words: string[]): Promise<{ stdout: string }> =>
        promisify(execFile)(
          'aws',
          ['stepfunctions', 'list-state-machines', '--endpoint-url', url, ...words],
          { env },
        );
      await expect(aws()).rejects.toThrow(/SSL|certificate/i);
      expect((await aws('--ca-bundle', authority.file)).stdout).toContain('hello');
    },
    LONG,
  );

  it(
    'takes a renewed pair at SIGHUP, and commands beside it go on',
    async () => {
      const files = { cert: join(folder, 'used.crt'), key: join(folder, 'used.key') };
      const put = (one: Pair): void => {
        copyFileSync(one.cert, files.cert);
        copyFileSync(one.key, files.key);
      };
      put(authority.sign('soon', { names: ['DNS:localhost'], to: stamp(3) }));
      await up(files);
      const look = async (): Promise<string> => (await call(['doctor', '--data', 'data'])).stdout;
      expect(await look()).toMatch(/fail certificate +it expires on \S+, in 2 days/);
      // Of another pair: it stays with what it has, and says so.
      copyFileSync(pair.cert, files.cert);
      running?.process.kill('SIGHUP');
      expect(await until(look, (text) => text.includes('MILL3515'))).toContain('MILL3515');
      put(pair);
      running?.process.kill('SIGHUP');
      expect(await until(look, (text) => text.includes('good until'))).toMatch(
        /ok {3}certificate +good until/,
      );
    },
    LONG,
  );

  it(
    'does not start with a pair that cannot be used, and says what to do',
    async () => {
      const open = join(folder, 'open.key');
      writeFileSync(open, readFileSync(pair.key), { mode: 0o644 });
      const other = authority.sign('another');
      const old = authority.sign('old', { from: stamp(-9), to: stamp(-1) });
      for (const [words, code] of [
        [['--tls-cert', pair.cert], 'MILL5004'],
        [['--tls-key', pair.key], 'MILL5004'],
        [['--tls-cert', 'none', '--tls-key', pair.key], 'MILL3510'],
        [['--tls-cert', pair.cert, '--tls-key', open], 'MILL3512'],
        [['--tls-cert', pair.cert, '--tls-key', other.key], 'MILL3515'],
        [['--tls-cert', old.cert, '--tls-key', old.key], 'MILL3516'],
      ] as const) {
        const ended = await call(['up', 'pipelines', '--data', 'data', '--port', '0', ...words]);
        expect([words, ended.stderr.includes(code)], ended.stderr).toEqual([words, true]);
        if (code !== 'MILL5004') expect(ended.stderr).toContain('fix:');
        expect(ended.code).not.toBe(0);
      }
    },
    LONG,
  );

  it(
    'warns of a server that listens beyond this machine without TLS and without a trusted proxy',
    async () => {
      const port = String(await freePort());
      for (const [words, isWarned] of [
        [['--host', '0.0.0.0'], true],
        [['--host', '127.0.0.1'], false],
        [['--host', '0.0.0.0', '--trusted-proxy', '10.0.0.0/8'], false],
        [['--host', '0.0.0.0', '--tls-cert', pair.cert, '--tls-key', pair.key], false],
      ] as const) {
        running = startMillrace(['up', 'pipelines', '--data', 'data', '--port', port, ...words], {
          cwd: folder,
        });
        await running.until('stop with Ctrl-C');
        const { stdout } = await call(['doctor', '--data', 'data']);
        expect([words, stdout.includes('without TLS')], stdout).toEqual([words, isWarned]);
        running.process.kill('SIGTERM');
        const { stderr } = await running.ended;
        expect([words, stderr.includes('without TLS')], stderr).toEqual([words, isWarned]);
        // A configuration is told the same before anything runs.
        const file = join(folder, 'millrace.yaml');
        const lines = words.join(' ').replaceAll(/--(\S+) (\S+)/g, '$1: $2\n');
        writeFileSync(file, lines.replaceAll('\n ', '\n'));
        const checked = await call(['doctor', '--config', file, '--data', 'data']);
        expect([words, checked.stdout.includes('without TLS')], checked.stdout).toEqual([
          words,
          isWarned,
        ]);
      }
    },
    LONG,
  );
});
