import { expect, test } from 'vitest';
import type { MachineDefinition } from '../asl/definition.js';
import type { Json } from '../asl/json.js';
import { createConnectors } from '../connectors/registry.js';
import type { PipelinePlan } from '../pipelines/plan.js';
import { argumentProblemsOf } from './literal-arguments.js';

const connectors = createConnectors();

function problems(kind: string, given: Json, field = 'Parameters'): string[] {
  const definition = {
    StartAt: 'Do',
    States: { Do: { Type: 'Task', Resource: `millrace:${kind}`, [field]: given, End: true } },
  } as unknown as MachineDefinition;
  const plan: PipelinePlan = {
    name: 'orders',
    team: 'default',
    tags: {},
    input: {},
    definition,
    bindings: {},
    sections: {},
    sources: { Do: { file: '/p/orders.yaml', line: 3, column: 5 } },
    folder: '/p',
    file: '/p/orders.yaml',
  };
  return argumentProblemsOf(plan, connectors).map(
    ({ file, line, column, message }) => `${file}:${line}:${column} ${message}`,
  );
}

test.each<[string, Json, RegExp]>([
  ['shell', { command: ['node'], cwdd: 'x' }, /Do: .*cwdd/],
  ['shell', { command: 'node extract.mjs' }, /Do: command: /],
  ['shell', { 'input.$': '$' }, /Do: Give either "command"/],
  ['shell', { command: ['node'], env: { 'A-B': '1' } }, /Do: env\.A-B: Name variables/],
  ['sql', { file: 'a.sql', query: 'SELECT 1' }, /Do: Give either "file"/],
  ['sql', { query: 'SELECT $a', 'parameters.$': '$', outputs: 'x' }, /outputs/],
  ['http', { url: 'ftp://example.com' }, /Do: url: Give an address/],
  ['lambda', { folder: 'f', handler: 'index' }, /Do: handler: Write the handler/],
])(
  'reports what is certainly wrong in %s %j, where the state is written',
  (kind, given, expected) => {
    const [problem = '', ...others] = problems(kind, given);
    expect(problem).toMatch(expected);
    expect(problem).toMatch(/^\/p\/orders\.yaml:3:5 /);
    expect(others).toEqual([]);
  },
);

test.each<[string, Json]>([
  ['shell', { 'command.$': '$.command', 'input.$': '$' }],
  ['shell', { command: ['node', '{% $states.input.file %}'] }],
  ['shell', { 'script.$': '$.script' }],
  ['sql', { 'file.$': '$.file' }],
  ['sql', { query: 'SELECT $a', parameters: { 'a.$': '$.a' } }],
  ['http', { 'url.$': '$.url', headers: { 'Authorization.$': '$.token' } }],
  ['http', { url: '{% $states.input.url %}' }],
  ['echo', { anything: 1 }],
  ['unknown', { anything: 1 }],
])('leaves %s %j to the run-time check', (kind, given) => {
  expect(problems(kind, given)).toEqual([]);
});

test('leaves arguments alone that are not there or computed as a whole', () => {
  expect(problems('shell', '{% $states.input %}', 'Arguments')).toEqual([]);
  expect(problems('shell', {}, 'Comment')).toEqual([]);
});

test.each<[string, Json]>([
  ['shell', { command: ['node'], env: { TOKEN: { secret: 'county-api' } } }],
  ['shell', { command: ['node'], env: { KEY: { secret: 'county-key', as: 'file' } } }],
  ['lambda', { folder: 'f', handler: 'index.handler', environment: { T: { secret: 'a' } } }],
  ['sql', { query: 'SELECT $a', parameters: { a: { secret: 'a' } } }],
  ['http', { url: { secret: 'hook' } }],
  ['http', { url: 'https://example.com', headers: { A: { secret: 'a', format: 'Bearer {}' } } }],
  // A parameter of that name.
  ['http', { url: 'https://example.com', query: { secret: 'x' } }],
  ['echo', { anything: { secret: 'x' } }],
])('takes the secrets of %s %j', (kind, given) => {
  expect(problems(kind, given)).toEqual([]);
});

test.each<[string, Json, RegExp]>([
  [
    'shell',
    { command: ['node', { secret: 'a' }] },
    /command\.1: the secret 'a' would be seen here/,
  ],
  ['shell', { command: ['node'], input: { t: { secret: 'a' } } }, /input\.t: .* may stand in env$/],
  ['lambda', { folder: 'f', handler: 'i.h', payload: { t: { secret: 'a' } } }, /payload\.t/],
  [
    'http',
    { url: 'https://a.example', headers: { A: { secret: 'a', as: 'file' } } },
    /cannot be a file/,
  ],
  ['shell', { command: ['node'], env: { T: { secret: 'a', form: 'x' } } }, /env\.T: /],
])('refuses a secret where it would be seen: %s %j', (kind, given, expected) => {
  const [problem = '', ...others] = problems(kind, given);
  expect(problem).toMatch(expected);
  expect(others).toEqual([]);
});
