/**
 * Input that is made to confuse: bytes that are no text, keys that mean something to JavaScript, state machines that are
 * larger than a stack.
 * @module
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { csvItem } from '../../src/asl/map-run.js';
import { validateDefinitionText } from '../../src/asl/validate.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { millrace } from '../cli/millrace.js';
import { pathOf, ROUTES } from '../http/routes.js';
import { echoPipeline, openTestServer, type TestServer } from '../http/test-server.js';

let server: TestServer;

beforeAll(async () => {
  server = await openTestServer({ acceptAnyAccessKey: true });
  await server.server.engine.pipelines.deploy(echoPipeline('own-echo'));
});
afterAll(() => server.close());

/** A key that nobody issued: the signature is not looked at in development, the body is. */
const SIGNED = {
  authorization: `AWS4-HMAC-SHA256 Credential=ANY/20260101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
};

const BROKEN: [string, Buffer][] = [
  ['a byte that begins nothing', Buffer.from([0xff])],
  ['a character that is cut off', Buffer.from([0xe2, 0x82])],
  ['half a pair of surrogates', Buffer.from([0xed, 0xa0, 0x80])],
  ['a slash in more bytes than it needs', Buffer.from([0xc0, 0xaf])],
  ['what lies beyond Unicode', Buffer.from([0xf5, 0x80, 0x80, 0x80])],
];

describe('a body that is no UTF-8', () => {
  const wrap = (before: string, bytes: Buffer, after: string): Buffer =>
    Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]);

  const routes = ROUTES.filter(
    (route) => route.changes && !route.signed && /^(POST|PUT)$/.test(route.method),
  );

  test.each(routes.map((route) => [`${route.method} ${route.route}`, route] as const))(
    'is refused by %s',
    async (_name, route) => {
      for (const [, bytes] of BROKEN) {
        const raw = wrap('{"label":"', bytes, '"}');
        const answer = await server.request(route.method, pathOf(route), { raw });
        expect(answer.status).toBe(400);
        expect(answer.json()).toMatchObject({ code: 'MILL4007', title: /UTF-8/ });
      }
    },
  );

  test.each(BROKEN)('is refused by the AWS API: %s', async (_name, bytes) => {
    for (const target of ['AWSStepFunctions.ListStateMachines', 'AWSEvents.PutEvents']) {
      const answer = await server.request('POST', '/', {
        token: null,
        raw: wrap('{"x":"', bytes, '"}'),
        headers: { ...SIGNED, 'x-amz-target': target },
      });
      expect([answer.status, answer.json().__type]).toEqual([
        400,
        expect.stringMatching(/SerializationException$/),
      ]);
    }
    const schedule = await server.request('POST', '/schedules/one', {
      token: null,
      raw: wrap('{"x":"', bytes, '"}'),
      headers: SIGNED,
    });
    expect([schedule.status, schedule.headers['x-amzn-errortype']]).toEqual([
      400,
      'SerializationException',
    ]);
  });

  it('is one thing, text in all languages another', async () => {
    const input = { text: 'Žluťoučký kůň 🐎 \u2028 𝒳' };
    const answer = await server.request('POST', '/api/v1/executions?wait=20', {
      body: { pipeline: 'own-echo', input },
    });
    expect(answer.json()).toMatchObject({ output: input });
  });
});

describe('a key named __proto__', () => {
  const states = {
    Parse: {
      Type: 'Pass',
      Parameters: {
        'parsed.$': 'States.StringToJson($.text)',
      },
      Next: 'Merge',
    },
    Merge: {
      Type: 'Pass',
      Parameters: {
        'parsed.$': '$.parsed',
        'merged.$': 'States.JsonMerge($.parsed, $.parsed, false)',
      },
      Assign: { 'kept.$': '$.parsed' },
      Next: 'Ask',
    },
    Ask: {
      Type: 'Choice',
      Choices: [
        { Variable: '$.merged.isAdmin', IsPresent: true, Next: 'Fooled' },
        { Variable: '$.parsed.isAdmin', IsPresent: true, Next: 'Fooled' },
      ],
      Default: 'Each',
    },
    Each: {
      Type: 'Map',
      ItemsPath: '$.parsed.list',
      ItemSelector: { 'item.$': '$$.Map.Item.Value', 'all.$': '$.parsed' },
      ItemProcessor: { StartAt: 'One', States: { One: { Type: 'Pass', End: true } } },
      ResultPath: '$.each',
      Next: 'Work',
    },
    Work: { Type: 'Task', Resource: 'millrace:echo', Next: 'Query' },
    Query: {
      Type: 'Pass',
      QueryLanguage: 'JSONata',
      Output: '{% $merge([{"a": 1}, $states.input.parsed, {"whole": $states.input}]) %}',
      End: true,
    },
    Fooled: { Type: 'Fail', Error: 'Fooled' },
  };

  it('is a key like any other: nothing that is made of it has members it was not given', async () => {
    await server.server.engine.pipelines.deploy(
      echoPipeline('proto', { definition: { StartAt: 'Parse', States: states } as never }),
    );
    const text =
      '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},"list":[{"__proto__":{"isAdmin":true}}]}';
    const answer = await server.request('POST', '/api/v1/executions?wait=20', {
      body: { pipeline: 'proto', input: { text } },
    });
    const ended = answer.json<{
      id: string;
      status: string;
      output: { whole: { parsed: object } };
    }>();
    expect(ended.status).toBe('SUCCEEDED');
    expect(JSON.stringify(ended.output.whole.parsed)).toBe(text);
    for (const part of ['', '/states', '/history']) {
      const shown = await server.request('GET', `/api/v1/executions/${ended.id}${part}`);
      expect(shown.status).toBe(200);
    }
    expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined();
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('that stands beside a secret stays what it is when the secret is masked', async () => {
    const text = '{"__proto__":{"isAdmin":true},"password":"abc-123-def"}';
    const answer = await server.request('POST', '/api/v1/executions?wait=20', {
      body: { pipeline: 'proto', input: { text: text.replace('}', '},"list":[]') } },
    });
    expect(answer.text).toContain('***');
    expect(answer.text).not.toContain('abc-123-def');
    expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined();
  });

  it('is refused in a request, and is a column of CSV', async () => {
    const refused = await server.request('POST', '/api/v1/executions', {
      raw: '{"pipeline":"own-echo","input":{"__proto__":{"isAdmin":true}}}',
    });
    expect([refused.status, refused.json().code]).toEqual([400, 'MILL4007']);
    expect(JSON.stringify(csvItem(['__proto__', 'a'], ['x', 'y']))).toBe(
      '{"__proto__":"x","a":"y"}',
    );
  });
});

describe('a state machine of 12,000 states', () => {
  const COUNT = 12_000;
  const States: { [name: string]: object } = {};
  for (let index = 0; index < COUNT; index += 1) {
    States[`S${index}`] =
      index === COUNT - 1
        ? { Type: 'Fail', Error: 'AtTheEnd' }
        : { Type: 'Pass', Next: `S${index + 1}` };
  }
  const definition = { StartAt: 'S0', States } as never;
  const folder = mkdtempSync(join(tmpdir(), 'millrace-large-'));
  let id: string;

  beforeAll(async () => {
    await server.server.engine.pipelines.deploy(echoPipeline('large', { definition }));
    const ended = await server.server.engine.executions.run(EVERYTHING, { pipeline: 'large' });
    id = ended.id;
    expect([ended.status, ended.error]).toEqual(['FAILED', 'AtTheEnd']);
  }, 180_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is valid, and told to be', () => {
    expect(validateDefinitionText(JSON.stringify(definition)).diagnostics).toEqual([]);
  });

  it('has no picture, which is said at once', async () => {
    const began = performance.now();
    const answer = await server.request('GET', '/api/v1/pipelines/large/graph');
    expect([answer.status, answer.json().code]).toEqual([422, 'MILL4013']);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  test.each([
    '',
    '/states?data=none',
    '/history',
    '/redrive-plan',
    '/redrive-plan?from=S10',
    '/repair-plan',
  ])('its execution is told: %s', async (part) => {
    const answer = await server.request('GET', `/api/v1/executions/${id}${part}`);
    expect(answer.status).toBe(200);
  });

  test.each(['/api/v1/pipelines/large', '/api/v1/pipelines/large/trigger', '/api/v1/pipelines'])(
    'is told: %s',
    async (path) => {
      expect((await server.request('GET', path)).status).toBe(200);
    },
  );

  it('goes on from where it failed', async () => {
    const answer = await server.request('POST', `/api/v1/executions/${id}/redrive`);
    expect(answer.status).toBe(200);
    const ended = await server.request('GET', `/api/v1/executions/${id}?wait=20`);
    expect(ended.json()).toMatchObject({ status: 'FAILED', redriveCount: 1 });
  });

  it('is taken by the AWS API, and given back', async () => {
    const call = (target: string, body: object): ReturnType<TestServer['request']> =>
      server.request('POST', '/', {
        token: null,
        body,
        headers: { ...SIGNED, 'x-amz-target': `AWSStepFunctions.${target}` },
      });
    const text = JSON.stringify(definition);
    const roleArn = 'arn:aws:iam::000000000000:role/x';
    const validated = await call('ValidateStateMachineDefinition', { definition: text });
    expect(validated.json()).toMatchObject({ result: 'OK' });
    const made = await call('CreateStateMachine', { name: 'wired', roleArn, definition: text });
    const { stateMachineArn } = made.json<{ stateMachineArn: string }>();
    const described = await call('DescribeStateMachine', { stateMachineArn });
    expect(described.json()).toMatchObject({ definition: text });
  });

  it('is read from its file, and printed, by the command line', async () => {
    writeFileSync(join(folder, 'large.asl.json'), JSON.stringify(definition));
    writeFileSync(join(folder, 'large.yaml'), 'pipeline: large\ndefinition: large.asl.json\n');
    const env = { MILLRACE_URL: server.server.url, MILLRACE_TOKEN: server.operator };
    const validated = await millrace(['validate', 'large.yaml'], { cwd: folder, env });
    expect([validated.code, validated.stderr]).toEqual([0, '1 file: 0 errors, 0 warnings\n']);
    const shown = await millrace(['show', 'large', '--asl'], { cwd: folder, env });
    expect([shown.code, JSON.parse(shown.stdout)]).toEqual([0, definition]);
  }, 180_000);

  test.each(['chain', 'branches'])(
    'of another form, %s, has a picture or none within the deadline',
    async (form) => {
      const count = 1_500;
      const large: { [name: string]: object } = {};
      for (let index = 0; index < count; index += 1) {
        const next = (step: number): string => `S${Math.min(index + step, count - 1)}`;
        large[`S${index}`] =
          index === count - 1
            ? { Type: 'Succeed' }
            : form === 'chain'
              ? { Type: 'Pass', Next: next(1) }
              : {
                  Type: 'Choice',
                  Choices: [{ Variable: '$.a', IsPresent: true, Next: next(1) }],
                  Default: next(7),
                };
      }
      await server.server.engine.pipelines.deploy(
        echoPipeline(form, { definition: { StartAt: 'S0', States: large } as never }),
      );
      const answer = await server.request('GET', `/api/v1/pipelines/${form}/graph`);
      expect([200, 422]).toContain(answer.status);
    },
    30_000,
  );
});
