/**
 * Who may run code: *who × what × by which way → answer*.
 *
 * A machine that a client made runs code of this machine only where the bindings file of the server grants it to its team.
 * Each task leaves a mark when it is performed, so that a refusal that comes too late is seen.
 */

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sfn from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { BindingsFileError, openBindingsFile } from '../../src/pipelines/bindings-file.js';
import { startMillrace } from '../cli/millrace.js';
import { openWireServer, ROLE, type WireServer } from '../wire/wire-server.js';
import { create, type Ended, endOf, type TaskState, WAYS, type Way } from './ways.js';

let folder: string;
let it: WireServer;
let bare: WireServer;
let marks = 0;

/** A task that leaves a mark, and whether it has. */
interface Marked {
  task: TaskState;
  isPerformed(): boolean;
}

function marked(form: Form): Marked {
  marks += 1;
  const mark = join(folder, 'marks', String(marks));
  return { task: form.task(mark), isPerformed: () => existsSync(mark) };
}

interface Form {
  what: string;
  task(mark: string): TaskState;
  /** What a team gets that the binding is not for. */
  refusal: 'Millrace.NotGranted' | 'Millrace.UnboundResource';
}

const task = (Resource: string, Parameters: object): TaskState => ({
  Type: 'Task',
  Resource,
  Parameters,
});
const touch = (mark: string): string[] => ['touch', mark];

/** Everything that runs code, as a definition can ask for it. */
const FORMS: Form[] = [
  {
    what: 'millrace:shell',
    task: (mark) => task('millrace:shell', { command: touch(mark) }),
    refusal: 'Millrace.NotGranted',
  },
  {
    what: 'millrace:shell with an account in front',
    task: (mark) => task('arn:aws:states:::millrace:shell', { command: touch(mark) }),
    refusal: 'Millrace.NotGranted',
  },
  {
    what: 'millrace:shell.waitForTaskToken',
    task: (mark) => ({
      ...task('millrace:shell.waitForTaskToken', { command: touch(mark) }),
      TimeoutSeconds: 2,
    }),
    refusal: 'Millrace.NotGranted',
  },
  {
    what: 'millrace:sql',
    task: () => task('millrace:sql', { query: 'SELECT 42 AS answer' }),
    refusal: 'Millrace.NotGranted',
  },
  {
    what: 'millrace:lambda',
    task: () => task('millrace:lambda', { folder: '.', handler: 'index.handler' }),
    refusal: 'Millrace.NotGranted',
  },
  {
    what: 'the ARN of a function',
    task: (mark) => task('arn:aws:lambda:us-east-1:000000000000:function:mark', { mark }),
    refusal: 'Millrace.UnboundResource',
  },
  {
    what: 'the ARN of a version of a function',
    task: (mark) => task('arn:aws:lambda:us-east-1:000000000000:function:mark:7', { mark }),
    refusal: 'Millrace.UnboundResource',
  },
  {
    what: 'lambda:invoke of its name',
    task: (mark) =>
      task('arn:aws:states:::lambda:invoke', { FunctionName: 'mark', Payload: { mark } }),
    refusal: 'Millrace.UnboundResource',
  },
  {
    what: 'lambda:invoke of its ARN',
    task: (mark) =>
      task('arn:aws:states:::lambda:invoke', {
        FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function:mark:live',
        Payload: { mark },
      }),
    refusal: 'Millrace.UnboundResource',
  },
  {
    what: 'another service that is bound to a command',
    task: (mark) => task('arn:aws:states:::sns:publish', { mark, TopicArn: 't', Message: 'm' }),
    refusal: 'Millrace.UnboundResource',
  },
  {
    what: 'a call of an SDK that is bound to SQL',
    task: () => task('arn:aws:states:::aws-sdk:athena:startQueryExecution', {}),
    refusal: 'Millrace.UnboundResource',
  },
];

const MARK = `import { writeFileSync } from 'node:fs';\n`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-attack-'));
  for (const name of ['marks', 'mark']) mkdirSync(join(folder, name));
  writeFileSync(
    join(folder, 'mark/index.mjs'),
    `${MARK}export const handler = async ({ mark }) => { writeFileSync(mark, ''); return { done: true }; };\n`,
  );
  writeFileSync(
    join(folder, 'mark.mjs'),
    `${MARK}let text = '';\nfor await (const part of process.stdin) text += part;\nwriteFileSync(JSON.parse(text).mark, '');\n`,
  );
  writeFileSync(join(folder, 'answer.sql'), 'SELECT $n::INT + 1 AS answer');
  writeFileSync(join(folder, 'other.sql'), `SELECT 'other' AS answer`);
  const bindings = join(folder, 'bindings.yaml');
  writeFileSync(
    bindings,
    `mark: { lambda: mark, teams: [granted] }
arn:aws:states:::sns:publish: { shell: [node, mark.mjs], teams: [granted] }
arn:aws:states:::aws-sdk:athena:startQueryExecution: { connector: sql, arguments: { query: SELECT 42 AS answer }, teams: [granted] }
arn:aws:states:us-east-1:000000000000:activity:bound: { shell: [node, mark.mjs], teams: [granted] }
of-files: { shell: [node, mark.mjs] }
of-all: { lambda: mark, teams: '*' }
run: { connector: shell, arguments: { script: mark.mjs }, teams: '*' }
query: { connector: sql, arguments: { file: answer.sql }, teams: '*' }
whole: { shell: { script: mark.mjs, env: { KIND: bound } }, teams: '*' }
answers: { mock: { from: the file } }
echoes: { connector: echo, arguments: { from: the file } }
asks: { connector: http, arguments: { url: 'http://127.0.0.1:9/', headers: { authorization: Bearer 0c4f1 } } }
half-only: { mock: { from: the file }, teams: [half] }
grants:
  granted: [shell, sql, lambda]
  half: [sql]
  '*': []
`.replace("  '*': []\n", ''),
  );
  it = await openWireServer({ bindings });
  bare = await openWireServer();
});

afterAll(async () => {
  await it.close();
  await bare.close();
  rmSync(folder, { recursive: true, force: true });
});

const errorOf = ({ error, cause }: Ended): string | undefined =>
  // A Map or Parallel fails with the error of what is in it, or its own.
  error === 'States.ExceedToleratedFailureThreshold' ? (cause ?? error) : error;

describe('an operator of a team without grants', () => {
  describe.each(WAYS)('by $name', (way: Way) => {
    // Refused with the definition already.
    const forms = FORMS.filter(({ what }) => !(way.hasNoTokens && what.includes('TaskToken')));
    test.each(forms)('cannot run $what', async (form) => {
      const { task: state, isPerformed } = marked(form);
      const answer = await way.perform(it, 'other', state);
      if (way.name.includes('distributed')) {
        expect(answer.error).toBe('States.ExceedToleratedFailureThreshold');
      } else {
        expect(errorOf(answer)).toBe(form.refusal);
        expect(answer.cause).toContain("'other'");
      }
      expect(isPerformed()).toBe(false);
    });
  });
});

describe('an operator of the team that it is granted to', () => {
  test.each(FORMS)('may run $what', async (form) => {
    const [start] = WAYS;
    const { task: state, isPerformed } = marked(form);
    const answer = await (start as Way).perform(it, 'granted', state);
    switch (form.what) {
      case 'millrace:lambda':
        // Its folder is the execution's own, in which there is no function yet.
        expect(answer.error).toBe('Connector.FileNotFound');
        break;
      case 'millrace:shell.waitForTaskToken':
        expect(answer.error).toBe('States.Timeout');
        expect(isPerformed()).toBe(true);
        break;
      default:
        expect(answer.error).toBeUndefined();
        if (JSON.stringify(state).includes(join(folder, 'marks'))) expect(isPerformed()).toBe(true);
        else expect(JSON.stringify(answer.output)).toContain('42');
    }
  });

  test.each(WAYS)('may do so by $name', async (way) => {
    const { task: state, isPerformed } = marked(FORMS[0] as Form);
    expect((await way.perform(it, 'granted', state)).error).toBeUndefined();
    expect(isPerformed()).toBe(true);
  });
});

describe('a server without bindings', () => {
  test.each(FORMS)('runs no $what for anybody', async (form) => {
    const { task: state, isPerformed } = marked(form);
    const answer = await (WAYS[0] as Way).perform(bare, 'granted', state);
    expect(answer.error).toBe(form.refusal);
    expect(answer.cause).toContain('--bindings bindings.yaml');
    expect(isPerformed()).toBe(false);
  });

  test('still performs what runs no code', async () => {
    const way = WAYS[0] as Way;
    const answer = await way.perform(bare, 'other', task('millrace:echo', { said: 1 }));
    expect(answer).toEqual({ output: { said: 1 } });
  });

  test('runs everything with allowCodeOverApi', async () => {
    const open = await openWireServer({ allowCodeOverApi: true });
    const { task: state, isPerformed } = marked(FORMS[0] as Form);
    expect((await (WAYS[0] as Way).perform(open, 'other', state)).error).toBeUndefined();
    expect(isPerformed()).toBe(true);
    await open.close();
  });
});

test('millrace up says at its start when everything is allowed', async () => {
  const data = join(folder, 'up');
  const args = ['up', folder, '--data', data, '--port', '0', '--allow-code-over-api'];
  const running = startMillrace(args, { cwd: folder });
  await running.until('stop with Ctrl-C');
  running.process.kill('SIGTERM');
  expect((await running.ended).stderr).toMatch(/warning\s+every access key .* may run any command/);
});

describe('a binding that lists no teams', () => {
  const ask = async (FunctionName: string): Promise<Ended> =>
    (WAYS[0] as Way).perform(it, 'other', task('arn:aws:states:::lambda:invoke', { FunctionName }));

  test.each([
    ['a mock', 'answers'],
    ['the connector echo', 'echoes'],
  ])('is for all when it is %s', async (_, name) => {
    expect(await ask(name)).toEqual({
      output: expect.objectContaining({ Payload: { from: 'the file' } }),
    });
  });

  test.each([
    ['runs code', 'of-files'],
    ['reaches out with what the file gives it', 'asks'],
  ])('is for files alone when it %s', async (_, name) => {
    expect((await ask(name)).error).toBe('Millrace.NotGranted');
  });

  test('is not meant by a mock that lists other teams', async () => {
    expect((await ask('half-only')).error).toBe('Millrace.UnboundResource');
  });
});

describe('a refusal', () => {
  const refused = async (team: string, state: TaskState): Promise<string> => {
    const answer = await (WAYS[0] as Way).perform(it, team, state);
    expect(answer.error).toBe('Millrace.NotGranted');
    return answer.cause ?? '';
  };

  test('of a connector says who asked and which lines to add', async () => {
    const cause = await refused('other', task('millrace:shell', { command: ['true'] }));
    expect(cause).toMatch(/'machine-\d+' of the team 'other' was made over an API/);
    expect(cause).toContain(join(folder, 'bindings.yaml'));
    expect(cause).toContain('\ngrants:\n  other: [shell]\n');
  });

  test('names what the team has already', async () => {
    const cause = await refused('half', task('millrace:shell', { command: ['true'] }));
    expect(cause).toContain('\ngrants:\n  half: [sql, shell]\n');
  });

  test('of a binding that lists no teams says so', async () => {
    const of = task('arn:aws:states:::lambda:invoke', { FunctionName: 'of-files' });
    expect(await refused('granted', of)).toContain('\nof-files:\n  teams: [granted]');
  });

  test('of a binding of another team is that of one that does not exist', async () => {
    const ask = async (FunctionName: string): Promise<Ended> =>
      (WAYS[0] as Way).perform(
        it,
        'other',
        task('arn:aws:states:::lambda:invoke', { FunctionName }),
      );
    const [known, unknown] = [await ask('mark'), await ask('hark')];
    expect(known).toEqual({
      error: unknown.error,
      cause: unknown.cause?.replaceAll('hark', 'mark'),
    });
  });

  test('can be caught, and not by a machine that has no grant either', async () => {
    const client = await it.open({ team: 'other' });
    const definition = JSON.stringify({
      StartAt: 'Try',
      States: {
        Try: {
          ...task('millrace:shell', { command: ['true'] }),
          Catch: [{ ErrorEquals: ['Millrace.NotGranted'], Next: 'Tell' }],
          End: true,
        },
        Tell: { Type: 'Pass', End: true },
      },
    });
    const { name, arn } = await create(client, definition);
    await client.send(new sfn.StartExecutionCommand({ stateMachineArn: arn }));
    expect((await endOf(it, name)).output).toMatchObject({ Error: 'Millrace.NotGranted' });
  });
});

describe('a binding names the code, a task gives it data and nothing else', () => {
  test.each<[string, string, object, string | undefined]>([
    ['gives a command its input', 'run', { input: { mark: '/dev/null' } }, undefined],
    ['gives SQL its parameters', 'query', { parameters: { n: 41 } }, undefined],
    ['chooses the interpreter', 'run', { interpreter: '/bin/cat' }, 'interpreter'],
    ['adds arguments', 'run', { args: ['--all'] }, 'args'],
    ['sets variables', 'run', { env: { NODE_OPTIONS: '--require=/tmp/x.js' } }, 'env'],
    ['moves the working folder', 'run', { cwd: 'marks' }, 'cwd'],
    ['brings a command', 'run', { command: ['true'] }, 'command'],
    ['reads other files', 'query', { inputs: { t: 'bindings.yaml' } }, 'inputs'],
    ['writes a file', 'query', { output: { path: 'x.csv' } }, 'output'],
    ['brings SQL', 'query', { query: 'SELECT 1' }, 'query'],
  ])('a task that %s', async (_, FunctionName, Payload, foreign) => {
    const state = task('arn:aws:states:::lambda:invoke', { FunctionName, Payload });
    const answer = await (WAYS[0] as Way).perform(it, 'other', state);
    if (foreign === undefined) expect(answer.error).toBeUndefined();
    else {
      expect(answer.error).toBe('Millrace.NotGranted');
      expect(answer.cause).toContain(`gives ${foreign} to '${FunctionName}'`);
    }
  });

  test.each<[string, string, object]>([
    ['a script of a command', 'run', { script: 'mark/index.mjs', input: { mark: '/dev/null' } }],
    ['a file of SQL', 'query', { file: 'other.sql', parameters: { n: 41 } }],
    ['what a whole command is', 'whole', { mark: '/dev/null', script: 'x', command: ['false'] }],
    ['where a function lies', 'of-all', { mark: '/dev/null', folder: '/', handler: 'x.y' }],
  ])('cannot replace %s', async (_, FunctionName, Payload) => {
    const state = task('arn:aws:states:::lambda:invoke', { FunctionName, Payload });
    const answer = await (WAYS[0] as Way).perform(it, 'other', state);
    expect(answer.error).toBeUndefined();
    expect(JSON.stringify(answer.output)).not.toContain('other');
  });
});

describe('a machine that a client made', () => {
  const definition = JSON.stringify({
    StartAt: 'Call',
    States: {
      Call: {
        Type: 'Task',
        Resource: 'arn:aws:states:::sqs:sendMessage',
        Parameters: { QueueUrl: 'q', MessageBody: 'm' },
        End: true,
      },
    },
  });

  test('has no bindings of its own, also where an earlier Millrace stored some', async () => {
    const { engine } = it.server;
    await engine.pipelines.deploy({
      name: 'earlier',
      team: 'other',
      tags: {},
      definition: JSON.parse(definition),
      bindings: { 'arn:aws:states:::sqs:sendMessage': { shell: ['true'] } },
      folder,
      stateMachine: {
        type: 'STANDARD',
        roleArn: ROLE,
        definitionText: definition,
        createdAt: 0,
      },
    });
    const { error } = await engine.executions.run(EVERYTHING, { pipeline: 'earlier' });
    expect(error).toBe('Millrace.UnboundResource');
  });

  test('stays one for its executions when a file takes its name over', async () => {
    const client = await it.open({ team: 'other' });
    const { activityArn } = await client.send(new sfn.CreateActivityCommand({ name: 'held' }));
    const states = (mark: string): string =>
      JSON.stringify({
        StartAt: 'Hold',
        States: {
          Hold: { Type: 'Task', Resource: activityArn, Next: 'Run' },
          Run: { ...task('millrace:shell', { command: touch(mark) }), End: true },
        },
      });
    const before = join(folder, 'marks/before');
    const after = join(folder, 'marks/after');
    const { name, arn } = await create(client, states(before));
    const { executionArn } = await client.send(
      new sfn.StartExecutionCommand({ stateMachineArn: arn }),
    );
    const { taskToken } = await client.send(new sfn.GetActivityTaskCommand({ activityArn }));
    const { engine } = it.server;
    await engine.pipelines.deploy({
      name,
      team: 'other',
      tags: {},
      definition: {
        StartAt: 'Run',
        States: { Run: { ...task('millrace:shell', { command: touch(after) }), End: true } },
      } as never,
      bindings: {},
      folder,
    });
    await client.send(new sfn.SendTaskSuccessCommand({ taskToken, output: '{}' }));
    const { items } = await engine.executions.list(EVERYTHING, { pipeline: name });
    const old = await engine.executions.wait(EVERYTHING, items[0]?.id ?? '');
    expect(old.error).toBe('Millrace.NotGranted');
    await client.send(new sfn.RedriveExecutionCommand({ executionArn }));
    expect((await engine.executions.wait(EVERYTHING, old.id)).error).toBe('Millrace.NotGranted');
    expect(existsSync(before)).toBe(false);
    // The file's own definition is its author's.
    expect((await engine.executions.run(EVERYTHING, { pipeline: name, name: 'new' })).status).toBe(
      'SUCCEEDED',
    );
    expect(existsSync(after)).toBe(true);
  });

  test('leaves an activity to its workers when the binding of that name is for other teams', async () => {
    const client = await it.open({ team: 'other' });
    const { activityArn } = await client.send(new sfn.CreateActivityCommand({ name: 'bound' }));
    const { name, arn } = await create(
      client,
      JSON.stringify({
        StartAt: 'Work',
        States: { Work: { Type: 'Task', Resource: activityArn, End: true } },
      }),
    );
    await client.send(new sfn.StartExecutionCommand({ stateMachineArn: arn }));
    const { taskToken } = await client.send(new sfn.GetActivityTaskCommand({ activityArn }));
    await client.send(new sfn.SendTaskSuccessCommand({ taskToken, output: '"by a worker"' }));
    expect((await endOf(it, name)).output).toBe('by a worker');
  });
});

describe('a pipeline from a file', () => {
  const deployed = async (team: string, FunctionName: string): Promise<Ended> => {
    const name = `file-${team}-${FunctionName}`;
    const Payload = { mark: '/dev/null' };
    await it.server.engine.pipelines.deploy({
      name,
      team,
      tags: {},
      definition: {
        StartAt: 'Call',
        States: {
          Call: {
            ...task('arn:aws:states:::lambda:invoke', { FunctionName, Payload }),
            End: true,
          },
        },
      } as never,
      bindings: {},
      folder,
    });
    return it.server.engine.executions.run(EVERYTHING, { pipeline: name });
  };

  test.each([
    ['of any team', 'other', 'of-files', undefined],
    ['of any team', 'other', 'of-all', undefined],
    ['of a team that is listed', 'granted', 'mark', undefined],
    ['of a team that is not listed', 'other', 'mark', 'Millrace.UnboundResource'],
  ])('%s (%s) asks for the binding %s: %s', async (_, team, name, error) => {
    expect((await deployed(team, name)).error).toBe(error);
  });
});

describe('a file of bindings with', () => {
  const connectors = [
    { kind: 'shell', runsCode: true },
    { kind: 'sql', runsCode: true },
    { kind: 'http', runsCode: false },
  ];

  test.each<[string, string, string]>([
    ['a bad name of a team', 'a: { shell: [x], teams: [ok, "../x"] }', '1:30'],
    ['an empty list of teams', 'a: { shell: [x], teams: [] }', '1:25'],
    ['a team that is no list', 'a: { shell: [x], teams: parcels }', "a list of teams, or '*'"],
    ['a misspelt field of teams', 'a: { shell: [x], team: [b] }', 'did you mean "teams"'],
    ['an unknown connector', 'a: { connector: shel }', 'write "shell"'],
    ['an unknown kind in grants', 'grants: { a: [shel] }', '1:15'],
    ['a kind that needs no grant', 'grants: { a: [http] }', 'shell, sql'],
    ['a bad team in grants', 'grants: { "a b": [sql] }', '1:11'],
    ['code beside what is harmless', 'a: { connector: echo, shell: [x] }', 'exactly one of'],
    ['grants that are a list', 'grants: [sql]', '1:9'],
    ['misspelt grants', 'grant: { a: [sql] }', 'did you mean "grants"'],
    ['grants that are a binding', 'grants: { lambda: functions/a }', '1:19'],
  ])('%s is refused with its place', (_, text, told) => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(file, `${text}\n`);
    const open = (): unknown => openBindingsFile(file, connectors);
    expect(open).toThrow(BindingsFileError);
    expect(open).toThrow(/wrong\.yaml:1:\d+/);
    expect(open).toThrow(told);
  });

  test('everything right is read', () => {
    const file = join(folder, 'right.yaml');
    writeFileSync(
      file,
      `a: { shell: [x], teams: [b, c] }\nd: { mock: 1 }\ngrants: { b: [sql, shell], '*': [sql] }\n`,
    );
    expect(openBindingsFile(file, connectors)).toEqual({
      bindings: { a: { shell: ['x'] }, d: { mock: 1 } },
      teams: { a: ['b', 'c'] },
      grants: { b: ['sql', 'shell'], '*': ['sql'] },
      folder,
      file,
    });
  });
});
