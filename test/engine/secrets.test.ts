/**
 * Secrets of teams: what tasks get, what is kept of it, and what is said when a secret is not there.
 * @module
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { MachineDefinition } from '../../src/asl/definition.js';
import type { Json, JsonObject } from '../../src/asl/json.js';
import { createConnectors } from '../../src/connectors/registry.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import { secretCommand } from '../../src/engine/adapters/secret-sources/command.js';
import { environmentFile } from '../../src/engine/adapters/secret-sources/environment-file.js';
import type { ExecutionDetail } from '../../src/engine/engine.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import type { SecretSource } from '../../src/engine/kernel/secret-source.js';
import { EngineHome } from '../support/engine-home.js';

const PARCELS = ofTeam('parcels');
const VALUE = 'c0unty s3cret "value"';

let folder: string;
let home: EngineHome;
let http: Server;
let address: string;
const received: { authorization: string | undefined; url: string; body: string }[] = [];

beforeAll(async () => {
  http = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    received.push({
      authorization: request.headers.authorization,
      url: request.url ?? '',
      body,
    });
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => http.once('listening', resolve));
  address = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => http.close(resolve)));

async function open(sources: readonly SecretSource[] = []): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), 'millrace-secrets-'));
  home = await new EngineHome({
    runner: createConnectorRunner(createConnectors({ http: { allowPrivateAddresses: true } })),
    secretSources: sources,
  }).open();
}
beforeEach(() => open());
afterEach(async () => {
  await home.close(0);
  rmSync(folder, { recursive: true, force: true });
});

/** Executes one task of a team; without a team of parcels. */
async function execute(
  kind: string,
  args: Json,
  { team = 'parcels', input = {} as Json, bindings = {} as { [name: string]: JsonObject } } = {},
): Promise<ExecutionDetail> {
  const Resource = kind.includes(':') ? kind : `millrace:${kind}`;
  const definition = {
    StartAt: 'Do',
    States: { Do: { Type: 'Task', Resource, Parameters: args, End: true } },
  };
  await home.engine.pipelines.deploy({
    name: 'one',
    team,
    tags: {},
    definition: definition as unknown as MachineDefinition,
    bindings,
    folder: home.folder,
  });
  const ended = await home.engine.executions.run(ofTeam(team), { pipeline: 'one', input });
  return home.engine.executions.describe(EVERYTHING, ended.id, 'original');
}

const tells = (expression: string): string[] => [
  'node',
  '-e',
  `process.stdout.write(JSON.stringify(${expression}))`,
];

describe('a task', () => {
  test('gets a secret of its team in a variable, and its history shows which one', async () => {
    await home.engine.secrets.set(PARCELS, 'county-api', VALUE, 'ana');
    const args = {
      command: tells('[...process.env.TOKEN].length'),
      env: { TOKEN: { secret: 'county-api' } },
    };
    const { status, output, id } = await execute('shell', args);
    expect({ status, output }).toEqual({ status: 'SUCCEEDED', output: VALUE.length });
    const { items } = await home.engine.executions.history(EVERYTHING, id, { limit: 100 });
    expect(JSON.stringify(items)).toContain('{"secret":"county-api"}');
  });

  test('gets the value that is set when it begins, in the form that the definition says', async () => {
    await home.engine.secrets.set(PARCELS, 'county-api', 'the value of before', 'ana');
    await home.engine.secrets.set(PARCELS, 'county-api', VALUE, 'ana');
    received.length = 0;
    const args = {
      url: address,
      method: 'POST',
      headers: { Authorization: { secret: 'county-api', format: 'Bearer {}' } },
      query: { key: { secret: 'county-api' } },
      body: { nested: [{ secret: 'county-api' }] },
    };
    expect((await execute('http', args)).status).toBe('SUCCEEDED');
    const [{ authorization, url, body } = { url: '', body: '' }] = received;
    expect(authorization).toBe(`Bearer ${VALUE}`);
    expect(new URL(url, address).searchParams.get('key')).toBe(VALUE);
    expect(JSON.parse(body)).toEqual({ nested: [VALUE] });
  });

  test('gets it as a file that only it may read, and that is gone when the attempt has ended', async () => {
    const key = '-----BEGIN KEY-----\nMIIEvQIBADANBgkq\n-----END KEY-----\n';
    await home.engine.secrets.set(PARCELS, 'county-key', key, 'ana');
    const look =
      "const { statSync, readFileSync } = require('fs'); const file = process.env.KEY_FILE; process.stdout.write(JSON.stringify({ file, mode: statSync(file).mode & 0o777, length: readFileSync(file, 'utf8').length }))";
    const args = {
      command: ['node', '-e', look],
      env: { KEY_FILE: { secret: 'county-key', as: 'file' } },
    };
    const { output } = await execute('shell', args);
    const { file, ...rest } = output as { file: string; mode: number; length: number };
    expect(rest).toEqual({ mode: 0o600, length: key.length });
    expect(existsSync(file)).toBe(false);
  });

  test('gets it from a binding of its pipeline, too', async () => {
    await home.engine.secrets.set(PARCELS, 'county-api', VALUE, 'ana');
    const env = { TOKEN: { secret: 'county-api' } };
    const bindings = {
      'arn:aws:states:::sns:publish': {
        shell: { command: tells('process.env.TOKEN.length'), env },
      },
    };
    const publish = { TopicArn: 'arn:aws:sns:us-east-1:000000000000:t', Message: 'm' };
    const { output } = await execute('arn:aws:states:::sns:publish', publish, { bindings });
    expect(output).toBe(VALUE.length);
  });

  test('fails by name when its team has none, also when another team has one', async () => {
    await home.engine.secrets.set(ofTeam('claims'), 'county-api', VALUE, 'ana');
    const args = { command: ['true'], env: { TOKEN: { secret: 'county-api' } } };
    const { status, error, cause } = await execute('shell', args);
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'Secret.Missing' });
    expect(cause).toBe(
      "The team 'parcels' has no secret 'county-api'. Set it with: millrace secret set county-api --team parcels",
    );
  });

  test('takes a reference that comes with the data as data: whoever starts chooses no secret', async () => {
    await home.engine.secrets.set(PARCELS, 'county-api', VALUE, 'ana');
    const injected = { env: { TOKEN: { secret: 'county-api' } } };
    const args = { command: tells('process.env.TOKEN'), 'env.$': '$.env' };
    const { error, output } = await execute('shell', args, { input: injected });
    expect({ error, output }).toEqual({ error: 'Connector.InvalidArguments', output: undefined });
  });

  test('gets no secret in its input, nor in what other processes can see', async () => {
    await home.engine.secrets.set(PARCELS, 'county-api', VALUE, 'ana');
    const stdin = "JSON.parse(require('fs').readFileSync(0, 'utf8'))";
    const { output } = await execute('shell', {
      command: tells(stdin),
      input: { a: { secret: 'county-api' } },
    });
    expect(output).toEqual({ a: { secret: 'county-api' } });
    const inArguments = { command: ['echo', { secret: 'county-api' }] };
    expect((await execute('shell', inArguments)).error).toBe('Connector.InvalidArguments');
  });

  test('whose secret cannot be read fails without a word of what was said instead', async () => {
    await home.close(0);
    const refuses: SecretSource = {
      name: 'the vault',
      teams: '*',
      value: () => Promise.reject(new Error('the vault is sealed')),
    };
    await open([refuses]);
    const args = { command: ['true'], env: { TOKEN: { secret: 'county-api' } } };
    const { error, cause } = await execute('shell', args);
    expect(error).toBe('Secret.Unavailable');
    expect(cause).toBe(
      "The secret 'county-api' of the team 'parcels' cannot be read: the vault is sealed",
    );
  });

  test('is stopped while its secret is asked for, and never starts', async () => {
    await home.close(0);
    let answer: (value: string) => void = () => {};
    let asked: () => void = () => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const slow: SecretSource = {
      name: 'the vault',
      teams: '*',
      value: () =>
        new Promise((resolve) => {
          answer = resolve;
          asked();
        }),
    };
    await open([slow]);
    const mark = join(folder, 'started');
    const args = { command: ['touch', mark], env: { TOKEN: { secret: 'county-api' } } };
    const running = execute('shell', args);
    await isAsked;
    const { items } = await home.engine.executions.list(EVERYTHING, {});
    await home.engine.executions.stop(EVERYTHING, items[0]?.id ?? '');
    answer(VALUE);
    expect((await running).status).toBe('ABORTED');
    await home.stop(0);
    expect(existsSync(mark)).toBe(false);
    await home.open();
  });
});

describe('a secret', () => {
  test('is there after a restart, and listed without its value', async () => {
    const set = await home.engine.secrets.set(PARCELS, 'county-api', VALUE, 'ana');
    await home.restart(0);
    expect(home.engine.secrets.list(PARCELS)).toEqual([set]);
    expect(Object.keys(set).sort()).toEqual([
      'changedAt',
      'changedBy',
      'createdAt',
      'name',
      'team',
    ]);
    const args = {
      command: tells('process.env.TOKEN.length'),
      env: { TOKEN: { secret: 'county-api' } },
    };
    expect((await execute('shell', args)).output).toBe(VALUE.length);
  });

  test('is a secret of its own in each team', async () => {
    await home.engine.secrets.set(PARCELS, 'api', 'a value of parcels', 'ana');
    await home.engine.secrets.set(ofTeam('claims'), 'api', 'another, of claims', 'ben');
    const lengths = { command: tells('process.env.T.length'), env: { T: { secret: 'api' } } };
    expect((await execute('shell', lengths)).output).toBe('a value of parcels'.length);
    expect((await execute('shell', lengths, { team: 'claims' })).output).toBe(
      'another, of claims'.length,
    );
    await expect(home.engine.secrets.remove(EVERYTHING, 'api')).rejects.toMatchObject({
      kind: 'SecretAmbiguous',
    });
    await home.engine.secrets.remove(PARCELS, 'api');
    expect(home.engine.secrets.list(EVERYTHING).map(({ team }) => team)).toEqual(['claims']);
  });

  test('opens nothing where somebody has put its row in the place of another', async () => {
    await home.engine.secrets.set(PARCELS, 'mine', 'what parcels may know', 'ana');
    await home.engine.secrets.set(ofTeam('claims'), 'theirs', 'what claims may know', 'ben');
    await home.stop(0);
    const { default: Database } = await import('libsql');
    const database = new Database(join(home.data, 'test.db'));
    database.exec("UPDATE secrets SET record = (SELECT record FROM secrets WHERE name = 'theirs')");
    database.close();
    await home.open();
    const args = { command: ['true'], env: { T: { secret: 'mine' } } };
    expect((await execute('shell', args)).error).toBe('Secret.Unavailable');
  });

  test.each([
    ['short', 'is too short'],
    ['password', 'is too short or too common'],
    ['with\0nothing after it', 'NUL'],
    ['x'.repeat(65_537), '65537 bytes'],
  ])('cannot be %j', async (value, problem) => {
    await expect(home.engine.secrets.set(PARCELS, 'county-api', value, 'ana')).rejects.toThrow(
      problem,
    );
    expect(home.engine.secrets.list(EVERYTHING)).toEqual([]);
  });
});

describe('sources', () => {
  const lengthOf = (name: string): JsonObject => ({
    command: tells('process.env.T.length'),
    env: { T: { secret: name } },
  });

  test('are asked after the store, each for its teams only', async () => {
    await home.close(0);
    await open();
    const file = join(folder, 'county.env');
    writeFileSync(file, 'county-api="of the file"\nset-here=of the file too\n');
    await home.close(0);
    home = await new EngineHome({
      runner: createConnectorRunner(createConnectors()),
      secretSources: [environmentFile(file, ['parcels'])],
    }).open();
    await home.engine.secrets.set(PARCELS, 'set-here', 'of the store', 'ana');
    expect((await execute('shell', lengthOf('county-api'))).output).toBe('of the file'.length);
    expect((await execute('shell', lengthOf('set-here'))).output).toBe('of the store'.length);
    const others = await execute('shell', lengthOf('county-api'), { team: 'claims' });
    expect(others.error).toBe('Secret.Missing');
  });

  test('an environment file is read again when it has changed', async () => {
    const file = join(folder, 'county.env');
    writeFileSync(file, 'a=the first value\n');
    const source = environmentFile(file, '*');
    expect(await source.value('x', 'a')).toBe('the first value');
    writeFileSync(file, 'a=another value, longer\nempty=\n');
    expect(await source.value('x', 'a')).toBe('another value, longer');
    expect(await source.value('x', 'empty')).toBeUndefined();
    expect(await source.value('x', 'constructor')).toBeUndefined();
    rmSync(file);
    await expect(source.value('x', 'a')).rejects.toThrow('cannot be read: ENOENT');
  });

  const command = (script: string, more: object = {}): SecretSource => {
    const file = join(folder, 'print.sh');
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o700);
    return secretCommand({
      argv: [file, '{team}', '{name}'],
      teams: '*',
      timeoutMs: 5_000,
      environment: { VAULT_TOKEN: 'for the vault' },
      ...more,
    });
  };

  test('a command prints a value, and gets nothing of the environment but what is named', async () => {
    const source = command('echo "$1 $2"; env | cut -d= -f1 | sort | tr "\\n" ","; echo');
    process.env.MILLRACE_CANARY = 'not for commands';
    const told = await source.value('parcels', 'a; touch x');
    delete process.env.MILLRACE_CANARY;
    const [words, variables = ''] = (told ?? '').split('\n');
    expect(words).toBe('parcels a; touch x');
    expect(variables).toContain('VAULT_TOKEN');
    expect(variables).not.toContain('CANARY');
  });

  test.each([
    ['exit 0', undefined],
    ['printf "a value\\n"', 'a value'],
    ['printf "a\\nvalue\\n\\n"', 'a\nvalue\n'],
  ])('a command that does %j gives %j', async (script, value) => {
    expect(await command(script).value('t', 'n')).toBe(value);
  });

  test.each([
    ['echo of the vault; echo it is sealed >&2; exit 3', {}, 'ended with 3'],
    ['kill -9 $$', {}, 'ended with SIGKILL'],
    ['yes | head -c 70000', {}, 'printed more than 65536 bytes'],
    ['sleep 60 & sleep 60', { timeoutMs: 200 }, 'did not answer within 0.2 s'],
    ['', { argv: ['/nowhere/at-all', '{name}'] }, 'cannot be started: ENOENT'],
  ])(
    'a command that does %j is refused, and what it said is not told',
    async (script, more, problem) => {
      const asked = command(script, more).value('t', 'n');
      await expect(asked).rejects.toThrow(problem);
      await expect(asked).rejects.not.toThrow(/vault|sealed/);
    },
  );

  test('whose value could not be masked is not used', async () => {
    await home.close(0);
    await open([{ name: 'the file x', teams: '*', value: async () => 'abc' }]);
    const { error, cause } = await execute('shell', lengthOf('a'));
    expect(error).toBe('Secret.Unavailable');
    expect(cause).toContain('the file x has a value that is too short');
  });
});

test('nothing of a secret is in the files of the engine but what is sealed', async () => {
  await home.engine.secrets.set(PARCELS, 'county-api', VALUE, 'ana');
  const print = { command: tells('process.env.T'), env: { T: { secret: 'county-api' } } };
  const { output } = await execute('shell', print);
  expect(output).toBe(VALUE);
  await home.stop(0);
  const files = ['test.db', 'test.db-wal'].filter((name) => existsSync(join(home.data, name)));
  const text = files.map((name) => readFileSync(join(home.data, name), 'latin1')).join('');
  expect(text).toContain('county-api');
  expect(text).not.toContain('c0unty');
  await home.open();
});

test('are sealed anew at the start after the sealing key has changed', async () => {
  const { openEncryptionFile, rotateEncryptionFile } = await import(
    '../../src/engine/kernel/masking/encryption.js'
  );
  const file = join(folder, 'seal.key');
  const data = join(folder, 'data');
  const openWith = async (): Promise<EngineHome> => {
    const made = new EngineHome({ seal: openEncryptionFile(file) });
    Object.defineProperty(made, 'data', { value: data });
    return made.open();
  };
  mkdirSync(data);
  const before = await openWith();
  await before.engine.secrets.set(PARCELS, 'county-api', VALUE, 'ana');
  await before.engine.audit.note({
    ...{ actor: 'a', team: '', act: 'x', what: '', outcome: 'asked', address: '' },
  });
  await before.stop(0);
  rotateEncryptionFile(file);
  const after = await openWith();
  expect((await after.engine.audit.verify()).finding).toBeUndefined();
  await after.stop(0);
  // The key of before is not needed for it any more.
  rmSync(`${file}.1`);
  const last = await openWith();
  const [{ what, sealed } = { what: '', sealed: [] as string[] }] =
    await last.store.listOwnSealings();
  expect(what).toBe('secret county-api');
  expect(sealed.map((one) => JSON.parse(openEncryptionFile(file).open(one)))).toEqual([
    ['parcels', 'county-api', VALUE],
  ]);
  await last.stop(0);
});
