/**
 * Workers that lie about their leases: what is not, or no longer, theirs is answered 409 and changes nothing, whatever they
 * say and by which way.
 * @module
 */
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MOST_OUTCOME_BYTES, MOST_OUTCOMES } from '../../src/api/workers.js';
import type { MachineDefinition } from '../../src/asl/definition.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { openTestServer, type TestServer } from '../http/test-server.js';
import { oneTask, openSpeaker, type Speaker, workerToken } from './worker-process.js';

const LEASE = 1_500;

let it: TestServer;
let token: string;

beforeAll(async () => {
  it = await openTestServer({ workerLease: LEASE, workerLimits: { gpu: 2 } });
  token = await workerToken(it);
  for (const team of ['default', 'others']) {
    await it.server.engine.pipelines.deploy({
      name: `${team}-away`,
      team,
      tags: {},
      definition: oneTask('millrace:echo', {}) as MachineDefinition,
      bindings: {},
      folder: tmpdir(),
      sections: { worker: true },
    });
  }
});
afterAll(() => it.close());

/** Begins an execution whose only task this worker holds. */
async function held(
  speaker: Speaker,
  pipeline = 'default-away',
): Promise<{ attempt: string; execution: string }> {
  const { id } = await it.server.engine.executions.start(EVERYTHING, { pipeline });
  const [claimed] = await speaker.claim();
  expect(claimed?.execution.id).toBe(id);
  return { attempt: claimed?.id ?? '', execution: id };
}

const ended = (id: string) => it.server.engine.executions.wait(EVERYTHING, id);

/** What a worker can say of an attempt. */
const ACTS: { [name: string]: (speaker: Speaker, attempt: string) => Promise<{ status: number }> } =
  {
    'its outcome': (speaker, attempt) => speaker.settle(attempt),
    'its outcome, among others': async (speaker, attempt) => {
      const [, second] = await speaker.settleAll([
        { attempt: 'nothing', outcome: { type: 'succeeded', output: 0 } },
        { attempt, outcome: { type: 'succeeded', output: { by: 'speaker' } } },
      ]);
      return { status: second?.problem?.status ?? 200 };
    },
    'lines of it with its outcome': async (speaker, attempt) => {
      const records = [{ at: 0, stream: 'stdout', level: 'info', message: 'a lie' }];
      const outcome = { type: 'succeeded', output: 'a lie' };
      const [first] = await speaker.settleAll([{ attempt, outcome, lines: { first: 0, records } }]);
      return { status: first?.problem?.status ?? 200 };
    },
    'lines of it': (speaker, attempt) =>
      speaker.say('POST', `/workers/attempts/${attempt}/logs`, {
        first: 0,
        records: [{ at: 0, stream: 'stdout', level: 'info', message: 'a lie' }],
      }),
    'asks for its files': (speaker, attempt) =>
      speaker.say('GET', `/workers/attempts/${attempt}/files`),
    'asks for a file of it': (speaker, attempt) =>
      speaker.say('GET', `/workers/attempts/${attempt}/blobs/${'0'.repeat(64)}`),
  };

describe.each(Object.entries(ACTS))('a worker says %s', (_name, act) => {
  test('of an attempt of another worker', async () => {
    const owner = openSpeaker(it, token);
    const { attempt, execution } = await held(owner);
    expect((await act(openSpeaker(it, token), attempt)).status).toBe(409);
    expect((await owner.settle(attempt, { by: 'its owner' })).status).toBe(200);
    expect((await ended(execution)).output).toEqual({ by: 'its owner' });
    expect((await it.server.engine.executions.logs(EVERYTHING, execution, {})).items).toEqual([]);
  });

  test("under another worker's session, with another token", async () => {
    const owner = openSpeaker(it, token);
    const { attempt, execution } = await held(owner);
    const thief = openSpeaker(it, await workerToken(it), {}, owner.session);
    expect((await act(thief, attempt)).status).toBe(409);
    await owner.settle(attempt, { by: 'its owner' });
    expect((await ended(execution)).output).toEqual({ by: 'its owner' });
  });

  test('after it gave the outcome', async () => {
    const owner = openSpeaker(it, token);
    const { attempt, execution } = await held(owner);
    expect((await owner.settle(attempt, { first: true })).status).toBe(200);
    expect((await act(owner, attempt)).status).toBe(409);
    expect((await ended(execution)).output).toEqual({ first: true });
  });

  test('after the execution was stopped', async () => {
    const owner = openSpeaker(it, token);
    const { attempt, execution } = await held(owner);
    await it.server.engine.executions.stop(EVERYTHING, execution);
    expect((await act(owner, attempt)).status).toBe(409);
    expect(await owner.beat([attempt])).toEqual([attempt]);
    expect((await ended(execution)).status).toBe('ABORTED');
  });

  test('after its lease is over', async () => {
    const owner = openSpeaker(it, token);
    const { attempt, execution } = await held(owner);
    const lost = await ended(execution);
    expect(lost).toMatchObject({ status: 'FAILED', error: 'Millrace.WorkerLost' });
    expect((await act(owner, attempt)).status).toBe(409);
    expect(await owner.beat([attempt])).toEqual([attempt]);
    expect(await ended(execution)).toEqual(lost);
  });

  test('of an attempt of a team that its token is not for', async () => {
    const owner = openSpeaker(it, await workerToken(it, ['others']));
    const { attempt, execution } = await held(owner, 'others-away');
    expect((await act(openSpeaker(it, token, {}), attempt)).status).toBe(409);
    await owner.settle(attempt);
    expect((await ended(execution)).status).toBe('SUCCEEDED');
  });

  test('of what nobody has', async () => {
    expect((await act(openSpeaker(it, token), 'nothing')).status).toBe(409);
  });
});

test('of two outcomes that are sent at once one counts', async () => {
  const owner = openSpeaker(it, token);
  const { attempt, execution } = await held(owner);
  const answers = await Promise.all([1, 2, 3].map((n) => owner.settle(attempt, { n })));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  const taken = answers.findIndex(({ status }) => status === 200);
  expect((await ended(execution)).output).toEqual({ n: taken + 1 });
});

test('of many outcomes in one request each is judged by itself', async () => {
  const owner = openSpeaker(it, token);
  const others = openSpeaker(it, token);
  const succeeded = { type: 'succeeded', output: 'taken' };
  const own = [await held(owner), await held(owner), await held(owner)];
  const theirs = await held(others);
  const [first, second, third] = own.map(({ attempt }) => attempt);
  const results = await owner.settleAll([
    { attempt: first, outcome: succeeded },
    { attempt: theirs.attempt, outcome: { type: 'succeeded', output: 'a lie' } },
    { attempt: first, outcome: { type: 'succeeded', output: 'twice' } },
    { attempt: second, outcome: { type: 'succeeded' } },
    { attempt: second, outcome: { type: 'failed', error: 'Own', cause: 'it says so' } },
    null,
    { attempt: third, outcome: succeeded, changes: { written: [], removed: ['../outside'] } },
    { attempt: third, outcome: succeeded, root: true },
    { attempt: third, outcome: succeeded },
  ]);
  const codes = results.map(({ taken, problem }) => (taken ? 'taken' : problem?.code));
  const wrong = 'MILL4004';
  const over = 'MILL3480';
  expect(codes).toEqual([
    ...['taken', over, over, wrong, 'taken'],
    ...[wrong, wrong, wrong, 'taken'],
  ]);
  expect(results[3]?.problem?.errors?.[0]?.path).toBe('outcome/outcome/output');
  const ends = await Promise.all(own.map(({ execution }) => ended(execution)));
  expect(ends.map(({ output, error }) => output ?? error)).toEqual(['taken', 'Own', 'taken']);
  expect((await others.settle(theirs.attempt, 'theirs')).status).toBe(200);
  expect((await ended(theirs.execution)).output).toBe('theirs');
});

test('a worker of the release before is served: it tells each outcome by itself', async () => {
  const older = openSpeaker(it, token, { protocol: 1, name: 'older' });
  const { attempt, execution } = await held(older);
  const listed = it.server.engine.workers.list(EVERYTHING);
  expect(listed.find(({ name }) => name === 'older')).toMatchObject({ protocol: 1, taken: 1 });
  const lines = {
    first: 0,
    records: [{ at: 1, stream: 'stdout', level: 'info', message: 'of the older one' }],
  };
  const path = `/workers/attempts/${attempt}/logs`;
  expect((await older.say('POST', path, lines)).json()).toEqual({ next: 1 });
  expect(await older.beat([attempt])).toEqual([]);
  expect((await older.settle(attempt, 'alone')).json()).toEqual({ taken: true });
  expect((await ended(execution)).output).toBe('alone');
});

test('a request with too many outcomes is refused, and takes none', async () => {
  const owner = openSpeaker(it, token);
  const { attempt, execution } = await held(owner);
  const outcome = { attempt, outcome: { type: 'succeeded', output: 1 } };
  const many = { outcomes: Array.from({ length: MOST_OUTCOMES + 1 }, () => outcome) };
  expect((await owner.say('POST', '/workers/outcomes', many)).status).toBe(400);
  const large = { outcomes: [{ ...outcome, root: 'x'.repeat(MOST_OUTCOME_BYTES) }] };
  expect((await owner.say('POST', '/workers/outcomes', large)).status).toBe(413);
  expect((await owner.say('POST', '/workers/outcomes', { outcomes: [] })).json()).toEqual({
    results: [],
  });
  expect((await owner.settle(attempt, 'alone')).status).toBe(200);
  expect((await ended(execution)).output).toBe('alone');
});

test('the last lines come with the outcome, and those that were sent before are not written twice', async () => {
  const owner = openSpeaker(it, token);
  const { attempt, execution } = await held(owner);
  const records = ['one', 'two', 'three'].map((message) => ({
    ...{ at: 1, stream: 'stdout', level: 'info' },
    message,
  }));
  const before = { first: 0, records: records.slice(0, 2) };
  const sent = owner.say('POST', `/workers/attempts/${attempt}/logs`, before);
  const outcome = { type: 'succeeded', output: 1 };
  const told = owner.settleAll([{ attempt, outcome, lines: { first: 0, records } }]);
  expect((await sent).status).toBe(200);
  expect(await told).toEqual([{ taken: true }]);
  await ended(execution);
  const { items } = await it.server.engine.executions.logs(EVERYTHING, execution, {});
  expect(items.map(({ message }) => message)).toEqual(['one', 'two', 'three']);
});

test('an attempt is given to one of many that ask at once, and a lost answer gives it to no other', async () => {
  const speakers = Array.from({ length: 6 }, () => openSpeaker(it, token));
  const asking = speakers.map((speaker) => speaker.claim(1));
  const { id } = await it.server.engine.executions.start(EVERYTHING, { pipeline: 'default-away' });
  const given = (await Promise.all(asking)).flat();
  expect(given).toHaveLength(1);
  // Nobody speaks of it any more: it ends as lost, once.
  expect((await Promise.all(speakers.map((speaker) => speaker.claim(0)))).flat()).toEqual([]);
  expect(await ended(id)).toMatchObject({ error: 'Millrace.WorkerLost' });
  const { items } = await it.server.engine.executions.history(EVERYTHING, id, {});
  expect(items.filter(({ type }) => type === 'TaskFailed')).toHaveLength(1);
});

test('heartbeats keep an attempt for longer than a lease', async () => {
  const owner = openSpeaker(it, token);
  const { attempt, execution } = await held(owner);
  const until = performance.now() + 2 * LEASE;
  while (performance.now() < until) {
    expect(await owner.beat([attempt])).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, LEASE / 6));
  }
  expect((await owner.settle(attempt)).status).toBe(200);
  expect((await ended(execution)).status).toBe('SUCCEEDED');
});

test('lines that are sent twice are written once', async () => {
  const owner = openSpeaker(it, token);
  const { attempt, execution } = await held(owner);
  const line = (message: string) => ({
    ...{ at: 1, stream: 'stdout', level: 'info' },
    message,
  });
  const send = (first: number, ...messages: string[]) =>
    owner.say('POST', `/workers/attempts/${attempt}/logs`, { first, records: messages.map(line) });
  expect((await send(0, 'one', 'two')).json()).toEqual({ next: 2 });
  expect((await send(0, 'one', 'two')).json()).toEqual({ next: 2 });
  expect((await send(1, 'two', 'three')).json()).toEqual({ next: 3 });
  await owner.settle(attempt);
  const { startedAt } = await ended(execution);
  const { items } = await it.server.engine.executions.logs(EVERYTHING, execution, {});
  expect(items.map(({ message }) => message)).toEqual(['one', 'two', 'three']);
  // A clock that is wrong by decades dates nothing.
  expect(items.every(({ at }) => at >= startedAt)).toBe(true);
});

test('workers, and what waits for them, are seen by their teams alone', async () => {
  const others = openSpeaker(it, await workerToken(it, ['others']), { name: 'theirs' });
  await others.beat([]);
  const { workers, executions, pipelines } = it.server.engine;
  await pipelines.deploy({
    ...{ name: 'waits', team: 'others', tags: {}, bindings: {}, folder: tmpdir() },
    definition: oneTask('millrace:echo', {}) as MachineDefinition,
    sections: { worker: { tags: ['nobody-has-it'] } },
  });
  const { id } = await executions.start(EVERYTHING, { pipeline: 'waits' });
  const line = { kind: 'echo', tags: ['nobody-has-it'], team: 'others', attempts: 1, workers: 0 };
  expect(workers.list(ofTeam('others')).map(({ name }) => name)).toContain('theirs');
  expect(workers.waiting(ofTeam('others'))).toEqual([line]);
  expect(workers.list(ofTeam('default')).map(({ name }) => name)).not.toContain('theirs');
  expect(workers.waiting(ofTeam('default'))).toEqual([]);
  await executions.stop(EVERYTHING, id);
  await ended(id);
  expect(workers.waiting(ofTeam('others'))).toEqual([]);
});

test('of what a worker of two teams holds each sees its own', async () => {
  const both = openSpeaker(it, await workerToken(it, ['default', 'others']), { name: 'both' });
  const own = await held(both);
  const theirs = await held(both, 'others-away');
  const seenBy = (scope: typeof EVERYTHING | ReturnType<typeof ofTeam>): string[] =>
    it.server.engine.workers
      .list(scope)
      .filter(({ name }) => name === 'both')
      .flatMap(({ holds }) => holds.map(({ execution }) => execution?.id ?? ''));
  expect(seenBy(EVERYTHING)).toEqual([own.execution, theirs.execution]);
  expect(seenBy(ofTeam('default'))).toEqual([own.execution]);
  expect(seenBy(ofTeam('others'))).toEqual([theirs.execution]);
  await both.settle(own.attempt);
  await both.settle(theirs.attempt);
  await ended(theirs.execution);
  expect(seenBy(EVERYTHING)).toEqual([]);
});

test('a limit of a tag counts tasks over all workers, and holds back no others', async () => {
  const { workers, executions, pipelines } = it.server.engine;
  const definition = oneTask('millrace:echo', {}) as MachineDefinition;
  for (const [name, tags] of [
    ['limited', ['fast', 'gpu']],
    ['free', ['fast']],
  ] as const) {
    await pipelines.deploy({
      ...{ name, team: 'default', tags: {}, bindings: {}, folder: tmpdir(), definition },
      sections: { worker: { tags: [...tags] } },
    });
  }
  const first = openSpeaker(it, token, { tags: ['gpu', 'fast'] });
  const second = openSpeaker(it, token, { tags: ['gpu', 'fast'] });
  const start = async (pipeline: string) => (await executions.start(EVERYTHING, { pipeline })).id;
  const ids = [await start('limited'), await start('limited'), await start('limited')];
  const given = await first.claim();
  while (given.length < 2) given.push(...(await first.claim()));
  expect([...(await first.claim(0)), ...(await second.claim(0))]).toEqual([]);
  expect(given.map(({ execution }) => execution.id)).toEqual(ids.slice(0, 2));
  expect((await executions.describe(EVERYTHING, ids[2] ?? '')).queued).toBe(
    'a worker with the tags fast and gpu that performs echo: 2 of 2 tasks with the tag gpu run',
  );
  expect(workers.waiting(EVERYTHING).filter(({ tags }) => tags.includes('gpu'))).toEqual([
    {
      ...{ kind: 'echo', tags: ['fast', 'gpu'], team: 'default', attempts: 1, workers: 2 },
      limited: 'gpu',
    },
  ]);
  const free = await start('free');
  const [passes] = await second.claim();
  expect(passes?.execution.id).toBe(free);
  await second.settle(passes?.id ?? '');
  // One that ends makes room, one that is stopped, and one that is lost.
  await first.beat(given.map(({ id }) => id));
  const claiming = second.claim();
  await first.settle(given[0]?.id ?? '');
  const [third] = await claiming;
  expect(third?.execution.id).toBe(ids[2]);
  const last = await start('limited');
  const waiting = second.claim();
  await executions.stop(EVERYTHING, ids[1] ?? '');
  expect((await waiting).map(({ execution }) => execution.id)).toEqual([last]);
  await second.say('POST', '/workers/goodbye', {});
  expect((await ended(last)).error).toBe('Millrace.WorkerLost');
  expect(await first.beat([given[1]?.id ?? ''])).toEqual([given[1]?.id]);
  const again = await start('limited');
  expect((await first.claim()).map(({ execution }) => execution.id)).toEqual([again]);
  await first.say('POST', '/workers/goodbye', {});
});

test('goodbye closes what the worker holds at once', async () => {
  const owner = openSpeaker(it, token);
  const { execution } = await held(owner);
  expect((await owner.say('POST', '/workers/goodbye', {})).json()).toEqual({ lost: 1 });
  expect(await ended(execution)).toMatchObject({ error: 'Millrace.WorkerLost' });
});

describe('a worker that', () => {
  const speaking = { protocol: 1, name: 'w', version: '0', kinds: { echo: 1 }, tags: [], slots: 1 };
  const claim = (worker: object, given = token, session: string | undefined = undefined) =>
    it.request('POST', '/api/v1/workers/claim?wait=0', {
      token: given,
      body: { worker },
      headers: { 'millrace-worker': session ?? randomBytes(32).toString('base64url') },
    });

  test.each([
    ['speaks a version that is not known yet', { ...speaking, protocol: 3 }, 426, 'MILL3481'],
    ['speaks a version that never was', { ...speaking, protocol: 0 }, 426, 'MILL3481'],
    ['performs what no worker can', { ...speaking, kinds: { dataset: 1 } }, 400, 'MILL3483'],
    ['has no slots', { ...speaking, slots: 0 }, 400, 'MILL4004'],
    ['has a tag that is none', { ...speaking, tags: ['a b'] }, 400, 'MILL4004'],
    ['says more than it is asked', { ...speaking, root: true }, 400, 'MILL4004'],
  ])('%s is refused', async (_name, worker, status, code) => {
    const answer = await claim(worker);
    expect(answer.status).toBe(status);
    expect(answer.json<{ code: string }>().code).toBe(code);
  });

  test('does not say which it is is refused', async () => {
    const answer = await claim(speaking, token, 'short');
    expect(answer.json<{ code: string }>().code).toBe('MILL3484');
  });

  test('has a token for people is refused, and its own reads nothing', async () => {
    const viewer = await it.server.authenticator.issue('api', {
      label: 'editor',
      role: 'editor',
      teams: ['default'],
    });
    expect((await claim(speaking, viewer)).status).toBe(403);
    for (const path of ['/executions', '/pipelines', '/secrets', '/workers', '/logs']) {
      const answer = await it.request('GET', `/api/v1${path}`, { token });
      expect(answer.status, path).toBe(403);
    }
  });
});
