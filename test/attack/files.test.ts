/**
 * Whose files a task can name: *where the file is × by which argument × in which spelling → refused*.
 *
 * A machine that a client made has the folder of its own execution and the buckets of its team. Each attack aims at a file
 * of another team; the answer must not hold its content, and the other team's folders must be as they were.
 */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as sfn from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { settleWorkFolder, WorkFolders } from '../../src/engine/kernel/work-folders.js';
import { type Server, startServer } from '../../src/server.js';
import { openWireServer, ROLE, type WireServer } from '../wire/wire-server.js';
import { create, endOf, type TaskState } from './ways.js';

const SECRET = 'the secret of the other team';

let home: string;
let data: string;
let bindings: string;
let it: WireServer;
let client: sfn.SFNClient;
/** Folder of an execution of the other team. */
let other: string;

const task = (Resource: string, Parameters: object): TaskState => ({
  Type: 'Task',
  Resource,
  Parameters,
});
const sql = (Parameters: object): TaskState => task('millrace:sql', Parameters);
const machine = (...states: object[]): string =>
  JSON.stringify({
    StartAt: 'S0',
    States: Object.fromEntries(
      states.map((state, i) => [
        `S${i}`,
        i + 1 < states.length
          ? { ...state, ResultPath: null, Next: `S${i + 1}` }
          : { ...state, End: true },
      ]),
    ),
  });

beforeAll(async () => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-files-')));
  data = join(home, 'data');
  bindings = join(home, 'bindings/bindings.yaml');
  mkdirSync(dirname(bindings));
  writeFileSync(join(home, 'bindings/private.csv'), `a\n${SECRET}\n`);
  writeFileSync(
    bindings,
    `grants: { mine: [sql, shell, lambda], theirs: [shell] }
private: { connector: sql, arguments: { query: SELECT 1 AS one }, teams: [mine] }
`,
  );
  it = await openWireServer({ data, bindings });
  client = await it.open({ team: 'mine' });
  const write = `require('fs').writeFileSync(process.env.MILLRACE_WORK_FOLDER + '/secret.csv', 'a,b\\n${SECRET},1\\n')`;
  const theirs = await it.open({ team: 'theirs' });
  const made = await create(
    theirs,
    machine(task('millrace:shell', { command: ['node', '-e', write] })),
  );
  await theirs.send(new sfn.StartExecutionCommand({ stateMachineArn: made.arn }));
  const { id } = await endOf(it, made.name);
  other = join(data, 'work/theirs', id);
  writeFileSync(join(other, 'secret.sql'), `SELECT '${SECRET}' AS a`);
  writeFileSync(join(other, 'secret.json'), JSON.stringify([SECRET]));
  const buckets = join(data, 'work/.buckets');
  mkdirSync(join(buckets, 'theirs/box'), { recursive: true });
  mkdirSync(join(buckets, 'mine/box'), { recursive: true });
  writeFileSync(join(buckets, 'theirs/box/secret.json'), JSON.stringify([SECRET]));
  writeFileSync(join(buckets, 'mine/box/own.json'), '["own"]');
  symlinkSync(join(buckets, 'theirs/box'), join(buckets, 'mine/link'));
  symlinkSync(join(buckets, 'theirs/box'), join(buckets, 'mine/box/inner'));
  symlinkSync(join(buckets, 'theirs/box/secret.json'), join(buckets, 'mine/box/file.json'));
});

afterAll(async () => {
  await it.close();
  rmSync(home, { recursive: true, force: true });
});

/** Everything that is not this team's, with its content. */
function others(): { [path: string]: string } {
  const found: { [path: string]: string } = {};
  for (const root of [other, join(data, 'work/.buckets/theirs'), join(home, 'bindings')]) {
    for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      found[path] = entry.isFile() ? readFileSync(path, 'utf8') : '';
    }
  }
  return found;
}

/** Runs the states one after the other and answers all that its team gets to see of it. */
async function run(...states: object[]): Promise<{ status: string; error?: string; seen: string }> {
  const { name, arn } = await create(client, machine(...states));
  await client.send(new sfn.StartExecutionCommand({ stateMachineArn: arn }));
  const ended = await endOf(it, name);
  const history = await it.server.engine.executions.history(EVERYTHING, ended.id, { limit: 1000 });
  return {
    status: ended.status,
    ...(ended.error === undefined ? {} : { error: ended.error }),
    seen: JSON.stringify([ended, history]),
  };
}

const REFUSED =
  /^(Connector\.(PathOutsideFolder|FileNotFound)|Sql\.(Permission|IO|InvalidInput|UnknownFormat)|States\.(ItemReaderFailed|ResultWriterFailed))$/;

/** `T` stands for the other team's folder as an absolute path, `R` for it relative to the own one. */
const ATTACKS: [string, (T: string, R: string) => object[]][] = [
  ['inputs: an absolute path', (T) => [sql({ query: 'FROM t', inputs: { t: `${T}/secret.csv` } })]],
  ['inputs: ..', (_, R) => [sql({ query: 'FROM t', inputs: { t: `${R}/secret.csv` } })]],
  ['inputs: in a list', (T) => [sql({ query: 'FROM t', inputs: { t: [`${T}/secret.csv`] } })]],
  ['inputs: an absolute pattern', (T) => [sql({ query: 'FROM t', inputs: { t: `${T}/*.csv` } })]],
  ['inputs: a pattern of ..', (_, R) => [sql({ query: 'FROM t', inputs: { t: `${R}/*.csv` } })]],
  [
    'inputs: a pattern over all teams',
    () => [sql({ query: 'FROM t', inputs: { t: '../../*/*/secret.csv' } })],
  ],
  [
    'inputs: a pattern that turns back',
    () => [sql({ query: 'FROM t', inputs: { t: '*/../../../*/*/secret.csv' } })],
  ],
  ['inputs: file:', (T) => [sql({ query: 'FROM t', inputs: { t: `file://${T}/secret.csv` } })]],
  ['file: an absolute path', (T) => [sql({ file: `${T}/secret.sql` })]],
  ['file: ..', (_, R) => [sql({ file: `${R}/secret.sql` })]],
  ['query: read_csv', (T) => [sql({ query: `FROM read_csv('${T}/secret.csv')` })]],
  ['query: read_csv of ..', (_, R) => [sql({ query: `FROM read_csv('${R}/secret.csv')` })]],
  [
    'query: .. behind the own folder',
    (_, R) => [sql({ query: `FROM read_csv('./x/../${R}/secret.csv')` })],
  ],
  ['query: a file as a table', (T) => [sql({ query: `FROM '${T}/secret.csv'` })]],
  ['query: read_blob', (T) => [sql({ query: `FROM read_blob('${T}/secret.csv')` })]],
  ['query: read_text of a pattern', (T) => [sql({ query: `FROM read_text('${T}/*')` })]],
  ['query: read_parquet', (T) => [sql({ query: `FROM read_parquet('${T}/secret.csv')` })]],
  ['query: file:', (T) => [sql({ query: `FROM read_csv('file:${T}/secret.csv')` })]],
  ['query: file://', (T) => [sql({ query: `FROM read_csv('file://${T}/secret.csv')` })]],
  [
    'query: file://localhost',
    (T) => [sql({ query: `FROM read_csv('file://localhost${T}/secret.csv')` })],
  ],
  ['query: glob', () => [sql({ query: `FROM glob('../../*/*/*')` })]],
  ['query: a list of files', (T) => [sql({ query: `FROM read_csv(['${T}/secret.csv'])` })]],
  [
    'query: a bound parameter',
    (T) => [sql({ query: 'FROM read_csv($f)', parameters: { f: `${T}/secret.csv` } })],
  ],
  [
    'query: the whole data folder',
    () => [sql({ query: `FROM read_text('../../../server.json')` })],
  ],
  ['query: the sealing key', () => [sql({ query: `FROM read_blob('../../../seal.key')` })]],
  ['query: ATTACH', (T) => [sql({ query: `ATTACH '${T}/new.db' AS x` })]],
  ['query: ATTACH of the database', () => [sql({ query: `ATTACH '../../../millrace.db' AS x` })]],
  ['query: COPY TO', (T) => [sql({ query: `COPY (SELECT 1) TO '${T}/new.csv'` })]],
  ['query: COPY TO ..', (_, R) => [sql({ query: `COPY (SELECT 1) TO '${R}/new.csv'` })]],
  [
    'query: COPY FROM',
    (T) => [sql({ query: `CREATE TABLE t (a TEXT, b INT); COPY t FROM '${T}/secret.csv'` })],
  ],
  ['query: EXPORT DATABASE', (T) => [sql({ query: `EXPORT DATABASE '${T}/new'` })]],
  ['query: other settings', () => [sql({ query: `SET allowed_directories = ['/']` })]],
  [
    'output: an absolute path',
    (T) => [sql({ query: 'SELECT 1 AS a', output: { path: `${T}/new.csv` } })],
  ],
  ['output: ..', (_, R) => [sql({ query: 'SELECT 1 AS a', output: { path: `${R}/new.csv` } })]],
  ...['T/secret.csv', 'T/*.csv'].map((name): [string, (T: string, R: string) => object[]] => [
    `inputs: through a link (${name})`,
    (T) => [link(T), sql({ query: 'FROM t', inputs: { t: name.replace('T', 'link') } })],
  ]),
  ['query: through a link', (T) => [link(T), sql({ query: `FROM read_csv('link/secret.csv')` })]],
  ['file: through a link', (T) => [link(T), sql({ file: 'link/secret.sql' })]],
  [
    'output: through a link',
    (T) => [link(T), sql({ query: 'SELECT 1 AS a', output: { path: 'link/new.csv' } })],
  ],
  ['shell cwd: ..', (_, R) => [task('millrace:shell', { command: ['true'], cwd: R })]],
  ['shell cwd: an absolute path', (T) => [task('millrace:shell', { command: ['true'], cwd: T })]],
  [
    'shell script: ..',
    (_, R) => [task('millrace:shell', { script: `${R}/secret.sql`, interpreter: 'cat' })],
  ],
  [
    'lambda folder: ..',
    (_, R) => [task('millrace:lambda', { folder: R, handler: 'index.handler' })],
  ],
  [
    'lambda folder: an absolute path',
    (T) => [task('millrace:lambda', { folder: T, handler: 'index.handler' })],
  ],
  ['http saveTo: ..', (_, R) => [http(`${R}/new.txt`)]],
  ['http saveTo: an absolute path', (T) => [http(`${T}/new.txt`)]],
  ['http saveTo: through a link', (T) => [link(T), http('link/new.txt')]],
  [
    'ItemReader: a key of ..',
    () => [reader({ Bucket: 'box', Key: '../../theirs/box/secret.json' })],
  ],
  [
    'ItemReader: an absolute key',
    () => [reader({ Bucket: 'box', Key: join(data, 'work/.buckets/theirs/box/secret.json') })],
  ],
  [
    'ItemReader: another bucket by ..',
    () => [reader({ Bucket: '..', Key: 'theirs/box/secret.json' })],
  ],
  [
    'ItemReader: a path as a bucket',
    () => [reader({ Bucket: '../theirs/box', Key: 'secret.json' })],
  ],
  ['ItemReader: a bucket that is a link', () => [reader({ Bucket: 'link', Key: 'secret.json' })]],
  ['ItemReader: through a link', () => [reader({ Bucket: 'box', Key: 'inner/secret.json' })]],
  ['ItemReader: a link to a file', () => [reader({ Bucket: 'box', Key: 'file.json' })]],
  [
    'ItemReader: a file of ..',
    () => [reader({ path: '../theirs/box/secret.json' }, 'millrace:file')],
  ],
  [
    'ItemReader: a file in a work folder',
    (T) => [reader({ path: `${T}/secret.json` }, 'millrace:file')],
  ],
  ['ItemReader: a list of ..', () => [reader({ Bucket: '..' }, LIST)]],
  ['ItemReader: a list of a link', () => [reader({ Bucket: 'link' }, LIST)]],
  ['ResultWriter: a prefix of ..', () => [writer({ Bucket: 'box', Prefix: '../../theirs/box' })]],
  ['ResultWriter: a bucket of ..', () => [writer({ Bucket: '..', Prefix: 'theirs/box' })]],
  ['ResultWriter: through a link', () => [writer({ Bucket: 'box', Prefix: 'inner' })]],
  ['ResultWriter: a bucket that is a link', () => [writer({ Bucket: 'link', Prefix: 'x' })]],
];

const LIST = 'arn:aws:states:::s3:listObjectsV2';

function link(target: string): object {
  return task('millrace:shell', { command: ['ln', '-s', target, 'link'] });
}

function http(saveTo: string): object {
  return task('millrace:http', { url: 'http://127.0.0.1:1/', saveTo });
}

const EACH = {
  ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' },
  StartAt: 'Item',
  States: { Item: { Type: 'Pass', End: true } },
};

function reader(Parameters: object, Resource = 'arn:aws:states:::s3:getObject'): object {
  const ReaderConfig = Resource === LIST ? {} : { InputType: 'JSON' };
  return { Type: 'Map', ItemReader: { Resource, ReaderConfig, Parameters }, ItemProcessor: EACH };
}

function writer(Parameters: object): object {
  return {
    ...reader({ Bucket: 'box', Key: 'own.json' }),
    ResultWriter: { Resource: 'arn:aws:states:::s3:putObject', Parameters },
  };
}

/** Where executions of the server under test have their files, and those of another team's. */
const WORK = ['.millrace', 'work'].join('/');
const THEIRS = `${WORK}/theirs/x`;

describe('a machine of one team does not get at files of another by', () => {
  test.each(ATTACKS)('%s', async (_, states) => {
    const before = others();
    // The own folder is work/mine/EXECUTION.
    const relative = `../../theirs/${other.slice(other.lastIndexOf('/') + 1)}`;
    const ended = await run(...states(other, relative));
    expect(ended.seen).not.toContain(SECRET);
    expect(ended.seen).not.toContain('secret.json"');
    // What names no bucket of the team has the team's own folder for one, or the execution's.
    if (ended.status === 'FAILED') expect(ended.error).toMatch(REFUSED);
    else expect(JSON.stringify(states(other, relative))).toContain('"Bucket":".."');
    expect(others()).toEqual(before);
  });

  test.each(
    ATTACKS.filter(([name]) => /^(inputs|query|file): (an abs|\.\.|read_|file:|glob)/.test(name)),
  )('%s, in TestState', async (_, states) => {
    const [state] = states(other, `../../theirs/${other.slice(other.lastIndexOf('/') + 1)}`);
    const definition = JSON.stringify({ ...state, End: true });
    const answer = await client.send(new sfn.TestStateCommand({ definition, roleArn: ROLE }));
    expect(answer.status).toBe('FAILED');
    expect(answer.error).toMatch(REFUSED);
    expect(JSON.stringify(answer)).not.toContain(SECRET);
  });

  test.each<[string, object]>([
    ['parameters that are paths', { parameters: { x: '../bindings/private.csv' } }],
    ['inputs', { inputs: { t: 'private.csv' } }],
  ])('a binding that was granted to it, with %s', async (_, Payload) => {
    const FunctionName = 'private';
    const ended = await run(task('arn:aws:states:::lambda:invoke', { FunctionName, Payload }));
    expect(ended.seen).not.toContain(SECRET);
  });
});

describe('its own files', () => {
  test('are those of its execution: what one state writes, the next one reads', async () => {
    const ended = await run(
      sql({ query: 'SELECT 41 + 1 AS n', output: { path: 'out/own.csv' } }),
      sql({ query: 'SELECT n FROM t', inputs: { t: 'out/*.csv' } }),
    );
    expect(ended.status).toBe('SUCCEEDED');
    expect(ended.seen).toContain('42');
  });

  test('are gone after TestState', async () => {
    const before = readdirSync(join(data, 'work/mine'));
    const state = sql({ query: 'SELECT 1 AS n', output: { path: 'own.csv' } });
    const definition = JSON.stringify({ ...state, End: true });
    const answer = await client.send(new sfn.TestStateCommand({ definition, roleArn: ROLE }));
    expect(answer.status).toBe('SUCCEEDED');
    expect(readdirSync(join(data, 'work/mine'))).toEqual(before);
  });

  test('of an execution from before teams had folders stay where they are', async () => {
    const upgraded = join(home, 'upgraded');
    const before = await openWireServer({ data: upgraded, bindings });
    const its = await before.open({ team: 'mine' });
    const { activityArn } = await its.send(new sfn.CreateActivityCommand({ name: 'upgrade' }));
    const { name, arn } = await create(
      its,
      machine(
        { Type: 'Task', Resource: activityArn },
        sql({ query: 'SELECT n FROM t', inputs: { t: 'earlier.csv' } }),
      ),
    );
    await its.send(new sfn.StartExecutionCommand({ stateMachineArn: arn }));
    const { taskToken } = await its.send(new sfn.GetActivityTaskCommand({ activityArn }));
    const { items } = await before.server.engine.executions.list(EVERYTHING, { pipeline: name });
    await before.close();
    const folder = join(upgraded, 'work', items[0]?.id ?? '');
    mkdirSync(folder);
    writeFileSync(join(folder, 'earlier.csv'), 'n\n7\n');
    const after = await openWireServer({ data: upgraded, bindings });
    const again = await after.open({ team: 'mine' });
    await again.send(new sfn.SendTaskSuccessCommand({ taskToken, output: '{}' }));
    expect((await endOf(after, name)).output).toMatchObject({ result: [{ n: 7 }] });
    await after.close();
  });
});

describe('the folder of an execution', () => {
  const id = '01900000-0000-7000-8000-000000000000';

  test('lies under its team, and no name of a team leads elsewhere', () => {
    const root = mkdtempSync(join(home, 'work-'));
    const folders = new WorkFolders(root);
    expect(folders.of('parcels', id)).toBe(join(root, 'parcels', id));
    // Then `work/EXECUTION` of another team would be this team's folder.
    expect(folders.of(id, 'x')).not.toBe(join(root, id, 'x'));
  });

  test('takes along what a map run had spooled there, once', () => {
    const root = mkdtempSync(join(home, 'work-'));
    const earlier = join(root, id, '.millrace/map-runs/run-1');
    mkdirSync(earlier, { recursive: true });
    writeFileSync(join(earlier, 'listing.jsonl'), '{}\n');
    settleWorkFolder(root);
    expect(existsSync(join(root, '.map-runs/run-1/listing.jsonl'))).toBe(true);
    // What a task makes there later is its own.
    mkdirSync(join(root, id, '.millrace/map-runs/run-2'), { recursive: true });
    settleWorkFolder(root);
    expect(existsSync(join(root, '.map-runs/run-2'))).toBe(false);
  });
});

describe('a pipeline whose folder has the data folder in it', () => {
  let server: Server;
  let folder: string;

  beforeAll(async () => {
    folder = join(home, 'project');
    mkdirSync(join(folder, 'incoming'), { recursive: true });
    writeFileSync(join(folder, 'incoming/a.csv'), 'n\n1\n');
    writeFileSync(join(folder, 'b.csv'), 'n\n2\n');
    writeFileSync(
      join(folder, 'read.yaml'),
      `pipeline: read
steps:
  - write: { sql: { query: "SELECT 3 AS n", output: { path: own.csv } } }
  - read: { sql: { query.$: $$.Execution.Input.query, inputs.$: $$.Execution.Input.inputs } }
`,
    );
    server = await startServer({ folder, data: join(folder, '.millrace'), port: 0 });
    mkdirSync(join(folder, THEIRS), { recursive: true });
    writeFileSync(join(folder, THEIRS, 'secret.csv'), `n\n${SECRET}\n`);
  });
  afterAll(() => server.close());

  const read = (query: string, inputs: object = {}) =>
    server.engine.executions.run(EVERYTHING, {
      pipeline: 'read',
      input: { query: query.replace('FOLDER', folder), inputs } as never,
    });

  test.each<[string, string, object, number[]]>([
    ['a file beside it', 'SELECT n FROM t', { t: 'b.csv' }, [2]],
    ['a folder beside it', `FROM 'incoming/*.csv'`, {}, [1]],
    ['what an earlier step wrote', `FROM 'own.csv'`, {}, [3]],
    ['a pattern in its folder', 'SELECT n FROM t', { t: '?.csv' }, [2]],
    [
      'a pattern that the data folder fits too',
      'SELECT n FROM t WHERE n < 9',
      { t: '**/[ab].csv' },
      [1, 2],
    ],
  ])('reads %s', async (_, query, inputs, rows) => {
    const { output, cause } = await read(query, inputs);
    expect(cause).toBeUndefined();
    const { read: step } = output as { read: { result: { n: number }[] } };
    expect(step.result.map(({ n }) => n).sort()).toEqual(rows);
  });

  test.each<[string, string, object]>([
    ['inputs', 'FROM t', { t: `${THEIRS}/secret.csv` }],
    ['a pattern of inputs', 'FROM t', { t: `${WORK}/*/*/secret.csv` }],
    ['a wide pattern of inputs', 'FROM t', { t: '**/secret.csv' }],
    ['a query', `FROM read_csv('${THEIRS}/secret.csv')`, {}],
    ['a pattern in a query', `FROM read_text('**/secret.csv')`, {}],
    ['the token of the server', `FROM read_text('.millrace/server.json')`, {}],
    ['the database', `ATTACH 'FOLDER/.millrace/millrace.db' AS x`, {}],
  ])('cannot read of the data folder by %s', async (_, query, inputs) => {
    const ended = await read(query, inputs);
    expect(ended.error).toMatch(REFUSED);
    expect(JSON.stringify(ended)).not.toContain(SECRET);
  });

  test.each([
    ['by its path', { path: '.millrace/server.json' }, 'millrace:file'],
    ['as a bucket', { Bucket: '.millrace', Key: 'server.json' }, 'arn:aws:states:::s3:getObject'],
    ['as a list', { Bucket: '.millrace' }, LIST],
  ])('does not map over the data folder %s', async (_, Parameters, Resource) => {
    await server.engine.pipelines.deploy({
      name: 'map',
      team: 'default',
      tags: {},
      definition: JSON.parse(machine(reader(Parameters, Resource))),
      bindings: {},
      folder,
    });
    const ended = await server.engine.executions.run(EVERYTHING, { pipeline: 'map' });
    expect(ended.error).toBe('States.ItemReaderFailed');
  });
});
