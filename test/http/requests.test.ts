/**
 * What a client may send and what it gets: bodies of every bad kind, names, waiting, stopping, redriving.
 * @module
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MachineDefinition } from '../../src/asl/definition.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import {
  echoPipeline,
  failingPipeline,
  openTestServer,
  type TestServer,
  waitingPipeline,
} from './test-server.js';

let it: TestServer;

beforeAll(async () => {
  it = await openTestServer();
  const { engine } = it.server;
  await engine.pipelines.deploy(echoPipeline('echo'));
  await engine.pipelines.deploy(waitingPipeline('waiting'));
});

afterAll(() => it.close());

const EXECUTIONS = '/api/v1/executions';

/** A start of `echo` whose input is this JSON text. */
function startWith(input: string): ReturnType<TestServer['request']> {
  return it.request('POST', EXECUTIONS, { raw: `{"pipeline":"echo","input":${input}}` });
}

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
/** A JSON text of exactly so many bytes. */
const textOf = (bytes: number): string => JSON.stringify('x'.repeat(bytes - 2));

describe('a body', () => {
  test.each<[string, string, number, string]>([
    ['no JSON', '{"pipeline":', 400, 'MILL4007'],
    ['empty', '', 400, 'MILL4007'],
    ['nothing but blanks', '   ', 400, 'MILL4007'],
    ['JSON of another kind', '[]', 400, 'MILL4004'],
    ['null', 'null', 400, 'MILL4004'],
    [
      'a forbidden key at the top',
      '{"pipeline":"echo","__proto__":{"isAdmin":true}}',
      400,
      'MILL4007',
    ],
    ['an unknown field', '{"pipeline":"echo","inputs":{}}', 400, 'MILL4004'],
    ['a wrong type', '{"pipeline":7}', 400, 'MILL4004'],
    ['a name that is too long', `{"pipeline":"echo","name":"${'n'.repeat(81)}"}`, 400, 'MILL4004'],
    ['a name with a line break', '{"pipeline":"echo","name":"a\\nb"}', 400, 'MILL3007'],
    ['a name with a slash', '{"pipeline":"echo","name":"a/b"}', 400, 'MILL3007'],
    ['an unknown pipeline', '{"pipeline":"ehco"}', 404, 'MILL3001'],
    ['a pipeline named like a member of Object', '{"pipeline":"__proto__"}', 404, 'MILL3001'],
    ['tags that are no texts', '{"pipeline":"echo","tags":{"a":1}}', 400, 'MILL4004'],
    ['two values of one kind of bracket', '{"pipeline":"echo"}}', 400, 'MILL4007'],
  ])('that is or has %s is refused with its code', async (_, raw, status, code) => {
    const answer = await it.request('POST', EXECUTIONS, { raw });
    expect(answer.json()).toMatchObject({ status, code, fix: expect.any(String) });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  test('is refused with every field that does not fit', async () => {
    const answer = await it.request('POST', EXECUTIONS, {
      body: { pipeline: '', name: 7, surprise: true },
    });
    const { errors } = answer.json<{ errors: { path: string; message: string }[] }>();
    expect(errors.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['body/pipeline', 'body/name']),
    );
    expect(JSON.stringify(errors)).toContain('surprise');
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'text/html',
  ])('of the type %s is refused', async (type) => {
    const answer = await it.request('POST', EXECUTIONS, {
      raw: '{"pipeline":"echo"}',
      headers: { 'content-type': type },
    });
    expect(answer.status).toBe(400);
  });

  test('that names files is data and nothing else', async () => {
    const files = { f: { filepath: '/etc/hostname', path: 'file:///etc/hostname' } };
    const answer = await it.request('POST', `${EXECUTIONS}?wait=20`, {
      body: { pipeline: 'echo', input: { files } },
    });
    expect(answer.json()).toMatchObject({ status: 'SUCCEEDED', output: { files } });
  });
});

describe('an input', () => {
  test.each<[string, string, number, string]>([
    ['nested 513 levels deep', nested(513), 400, 'MILL3009'],
    ['nested ten thousand levels deep', nested(10_000), 400, 'MILL3009'],
    ['nested half a million levels deep', nested(500_000), 400, 'MILL3009'],
    ['of 256 KiB and a byte', textOf(262_145), 413, 'MILL3008'],
    ['of 10 MB', textOf(10_000_000), 413, 'MILL4006'],
    ['with a lone high surrogate', '"\\ud800"', 400, 'MILL3010'],
    ['with a lone low surrogate in a key', '{"a\\udc00":1}', 400, 'MILL3010'],
    ['with U+0000', '["a\\u0000b"]', 400, 'MILL3010'],
    ['with a number beyond all numbers', '[1e400]', 400, 'MILL3011'],
    ['with __proto__ deep inside', '{"a":[{"__proto__":{"isAdmin":true}}]}', 400, 'MILL4007'],
    [
      'with a prototype by way of the constructor',
      '{"constructor":{"prototype":{"isAdmin":1}}}',
      400,
      'MILL4007',
    ],
  ])('%s is refused', async (_, input, status, code) => {
    const before = (await it.request('GET', `${EXECUTIONS}?pipeline=echo`)).text;
    const answer = await startWith(input);
    expect(answer.json()).toMatchObject({ status, code });
    expect(answer.status).toBe(status);
    expect((await it.request('GET', `${EXECUTIONS}?pipeline=echo`)).text).toBe(before);
    expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined();
  });

  test.each<[string, string]>([
    ['nested 512 levels deep', nested(512)],
    ['of exactly 256 KiB', textOf(262_144)],
    ['with characters beyond the first plane', '"😀 \\ud83d\\ude00"'],
    ['that is null', 'null'],
    ['with a control character', '"\\u001b[2J"'],
    ['with names of members of Object', '{"toString":1,"hasOwnProperty":2,"valueOf":3}'],
  ])('%s comes back as it went in', async (_, input) => {
    const answer = await it.request('POST', `${EXECUTIONS}?wait=20`, {
      raw: `{"pipeline":"echo","input":${input}}`,
    });
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({ status: 'SUCCEEDED', output: JSON.parse(input) });
  });
});

describe('a query', () => {
  test.each([
    '?limit=0',
    '?limit=1001',
    '?limit=1.5',
    '?limit=ten',
    '?status=BROKEN',
    "?cursor=' OR 1=1--",
    '?cursor=not-a-cursor',
    `?cursor=${'9'.repeat(300)}`,
  ])('%s is refused', async (query) => {
    const answer = await it.request('GET', `${EXECUTIONS}${query.replaceAll(' ', '%20')}`);
    expect(answer.status).toBe(400);
    expect(answer.json().code).toMatch(/^MILL(4004|3013)$/);
  });

  test.each(["' OR '1'='1", 'id;DROP TABLE executions', '%', '__proto__', 'a'.repeat(129)])(
    'for the pipeline %j finds nothing and does nothing',
    async (pipeline) => {
      const answer = await it.request(
        'GET',
        `${EXECUTIONS}?pipeline=${encodeURIComponent(pipeline)}`,
      );
      if (answer.status === 200) expect(answer.json()).toEqual({ items: [] });
      else expect(answer.status).toBe(400);
    },
  );

  test.each(["' OR 1=1--", 'a/b/c', '..', '%00', '__proto__', 'latest@latest', '#', '-1', '1e3'])(
    'for the execution %j answers 404',
    async (id) => {
      const answer = await it.request('GET', `${EXECUTIONS}/${encodeURIComponent(id)}`);
      expect(answer.status).toBe(404);
    },
  );

  test('pages through a list without gaps and doubles', async () => {
    await it.server.engine.pipelines.deploy(echoPipeline('many'));
    for (let i = 0; i < 7; i += 1) {
      await it.server.engine.executions.run(EVERYTHING, { pipeline: 'many', name: `n${i}` });
    }
    const names: string[] = [];
    let cursor = '';
    do {
      const page = (await it.request('GET', `${EXECUTIONS}?pipeline=many&limit=3${cursor}`)).json<{
        items: { name: string }[];
        next?: string;
      }>();
      names.push(...page.items.map(({ name }) => name));
      cursor = page.next === undefined ? '' : `&cursor=${encodeURIComponent(page.next)}`;
    } while (cursor !== '');
    expect(names).toEqual(['n6', 'n5', 'n4', 'n3', 'n2', 'n1', 'n0']);
  });
});

describe('a start with a name', () => {
  const start = (input: unknown, name: string): ReturnType<TestServer['request']> =>
    it.request('POST', EXECUTIONS, { body: { pipeline: 'waiting', name, input } });

  test('creates it once, finds it again, and conflicts with another input', async () => {
    const first = await start({ day: 1 }, 'once');
    expect(first.status).toBe(201);
    expect(first.json()).toMatchObject({ name: 'once', created: true });
    const again = await start({ day: 1 }, 'once');
    expect(again.status).toBe(200);
    expect(again.json()).toEqual({ ...first.json(), created: false });
    const other = await start({ day: 2 }, 'once');
    expect(other.status).toBe(409);
    expect(other.json()).toMatchObject({ code: 'MILL3003' });
  });

  test('creates it once, however many ask at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => start({}, 'herd')));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer.json().id)).size).toBe(1);
  });
});

describe('waiting', () => {
  test('answers with the end of an execution', async () => {
    const answer = await it.request('POST', `${EXECUTIONS}?wait=30`, {
      body: { pipeline: 'echo', input: { n: 1 } },
    });
    expect(answer.json()).toMatchObject({ status: 'SUCCEEDED', output: { n: 1 } });
  });

  test('answers with a running execution when the time is up', async () => {
    const answer = await it.request('POST', `${EXECUTIONS}?wait=0.05`, {
      body: { pipeline: 'waiting' },
    });
    expect(answer.json()).toMatchObject({ status: 'RUNNING', pipeline: 'waiting' });
    const { id } = answer.json<{ id: string }>();
    const again = await it.request('GET', `${EXECUTIONS}/${id}?wait=0.05`);
    expect(again.json()).toMatchObject({ status: 'RUNNING', id });
  });

  test.each(['?wait=-1', '?wait=301', '?wait=long'])('%s is refused', async (query) => {
    const answer = await it.request('POST', EXECUTIONS + query, { body: { pipeline: 'echo' } });
    expect(answer.status).toBe(400);
  });
});

describe('stopping', () => {
  test('ends an execution with the given error and cause, and only once', async () => {
    const { id } = await it.server.engine.executions.start(EVERYTHING, { pipeline: 'waiting' });
    const stop = (): ReturnType<TestServer['request']> =>
      it.request('POST', `${EXECUTIONS}/${id}/stop`, {
        body: { error: 'WrongDay', cause: 'started by mistake' },
      });
    expect((await stop()).json()).toMatchObject({ status: 'ABORTED', error: 'WrongDay' });
    const again = await stop();
    expect(again.status).toBe(409);
    expect(again.json()).toMatchObject({ code: 'MILL3004' });
    const states = await it.request('GET', `${EXECUTIONS}/${id}/states`);
    expect(states.json<{ items: { status: string }[] }>().items[0]?.status).toBe('aborted');
  });

  test('needs no body', async () => {
    const { id } = await it.server.engine.executions.start(EVERYTHING, { pipeline: 'waiting' });
    const answer = await it.request('POST', `${EXECUTIONS}/${id}/stop`);
    expect(answer.json()).toMatchObject({ status: 'ABORTED' });
  });
});

describe('redriving', () => {
  const fixed: MachineDefinition = {
    StartAt: 'Extract',
    States: {
      Extract: { Type: 'Task', Resource: 'millrace:echo', Next: 'Load' },
      Load: { Type: 'Task', Resource: 'millrace:echo', End: true },
    },
  };
  const redrive = (id: string, body?: unknown): ReturnType<TestServer['request']> =>
    it.request('POST', `${EXECUTIONS}/${id}/redrive`, body === undefined ? {} : { body });
  const entered = async (id: string): Promise<string[]> => {
    const states = await it.request('GET', `${EXECUTIONS}/${id}/states`);
    return states.json<{ items: { name: string }[] }>().items.map(({ name }) => name);
  };

  test('goes on from the failed state with the definition of its own', async () => {
    const { engine } = it.server;
    await engine.pipelines.deploy(failingPipeline('own'));
    const { id } = await engine.executions.run(EVERYTHING, { pipeline: 'own', input: { n: 1 } });
    await engine.pipelines.deploy(echoPipeline('own', { definition: fixed }));
    const answer = await redrive(id);
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({ redriveCount: 1 });
    const ended = await it.request('GET', `${EXECUTIONS}/${id}?wait=20`);
    expect(ended.json()).toMatchObject({ status: 'FAILED', error: 'Broken', version: 1 });
  });

  test('goes on from the failed state with the current definition', async () => {
    const { engine } = it.server;
    await engine.pipelines.deploy(failingPipeline('current'));
    const { id } = await engine.executions.run(EVERYTHING, {
      pipeline: 'current',
      input: { n: 1 },
    });
    await engine.pipelines.deploy(echoPipeline('current', { definition: fixed }));
    expect((await redrive(id, { definition: 'current' })).status).toBe(200);
    const ended = await it.request('GET', `${EXECUTIONS}/${id}?wait=20`);
    expect(ended.json()).toMatchObject({ status: 'SUCCEEDED', output: { n: 1 }, version: 2 });
    expect((await entered(id)).filter((name) => name === 'Extract')).toHaveLength(1);
  });

  test('goes back to an earlier state', async () => {
    const { engine } = it.server;
    await engine.pipelines.deploy(failingPipeline('earlier'));
    const { id } = await engine.executions.run(EVERYTHING, { pipeline: 'earlier' });
    await engine.pipelines.deploy(echoPipeline('earlier', { definition: fixed }));
    const answer = await redrive(id, { from: 'Extract', definition: 'current' });
    expect(answer.status).toBe(200);
    await it.request('GET', `${EXECUTIONS}/${id}?wait=20`);
    expect((await entered(id)).filter((name) => name === 'Extract')).toHaveLength(2);
  });

  test('says why it cannot be', async () => {
    const { engine } = it.server;
    await engine.pipelines.deploy(failingPipeline('cannot'));
    const failed = await engine.executions.run(EVERYTHING, { pipeline: 'cannot' });
    const unknown = await redrive(failed.id, { from: 'Transform' });
    expect(unknown.status).toBe(400);
    expect(unknown.json()).toMatchObject({ code: 'MILL3019' });
    const good = await engine.executions.run(EVERYTHING, { pipeline: 'echo' });
    const succeeded = await redrive(good.id);
    expect(succeeded.status).toBe(409);
    expect(succeeded.json()).toMatchObject({ code: 'MILL3005' });
    expect((await redrive(failed.id, { definition: 'newest' })).status).toBe(400);
  });
});

test('reports the outcome of a task that waits for its token', async () => {
  const { engine } = it.server;
  await engine.pipelines.deploy(
    echoPipeline('approval', {
      definition: {
        StartAt: 'Ask',
        States: {
          Ask: {
            Type: 'Task',
            Resource: 'millrace:echo.waitForTaskToken',
            Parameters: { 'token.$': '$$.Task.Token' },
            End: true,
          },
        },
      },
    }),
  );
  const { id } = await engine.executions.start(EVERYTHING, { pipeline: 'approval' });
  const token = await scheduledToken(id);
  const send = (outcome: string, body: unknown): ReturnType<TestServer['request']> =>
    it.request('POST', `/api/v1/tasks/${outcome}`, { body });
  expect((await send('heartbeat', { token })).status).toBe(200);
  expect((await send('success', { token, output: { approved: true } })).status).toBe(200);
  const ended = await it.request('GET', `${EXECUTIONS}/${id}?wait=20`);
  expect(ended.json()).toMatchObject({ status: 'SUCCEEDED', output: { approved: true } });
  const late = await send('failure', { token, error: 'TooLate' });
  expect(late.status).toBe(404);
  expect(late.json()).toMatchObject({ code: 'MILL3006' });
});

/** The task token that an execution's first task was given. */
async function scheduledToken(id: string): Promise<string> {
  const events = await it.server.engine.executions.history(EVERYTHING, id, {
    limit: 100,
    order: 'oldest-first',
  });
  const scheduled = events.items.find(({ type }) => type === 'TaskScheduled');
  const parameters = scheduled?.details.parameters;
  const value = typeof parameters === 'string' ? JSON.parse(parameters) : parameters;
  return (value as { token: string }).token;
}

describe('a team that keys and webhooks are made for', () => {
  test.each(['*', '', 'a b', '../up', 'x'.repeat(81)])('is not %j', async (team) => {
    for (const [path, body] of [
      ['/access-keys', { team }],
      ['/webhooks', { name: 'odd', source: 's', team }],
    ] as const) {
      const answer = await it.request('POST', `/api/v1${path}`, { body });
      expect(answer.status).toBe(400);
    }
  });
});
