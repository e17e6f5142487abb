import { expect, test } from 'vitest';
import { loadPipeline } from './load-pipeline.js';

async function problemsOf(text: string): Promise<string[]> {
  const { problems } = await loadPipeline('/p/p.yaml', async (path) =>
    path === '/p/p.yaml' ? text : undefined,
  );
  return problems.map(({ code, line, column, message }) => `${code} ${line}:${column} ${message}`);
}

const steps = 'steps: [{ train: { shell: x } }, { pause: { wait: 1 } }]\n';
const machine = (resource: string): string =>
  `definition: { StartAt: Do, States: { Do: { Type: Task, Resource: "${resource}", End: true } } }\n`;
const LAMBDA = 'arn:aws:lambda:eu-west-1:000000000000:function:f';

test.each([
  [`${steps}workers:\n  train: { tags: [gpu] }`, []],
  [
    `${steps}workers:\n  trian: true`,
    ["MILL1202 4:3 there is no state 'trian'; did you mean 'train'?"],
  ],
  [`${steps}workers:\n  away: false`, ["MILL1202 4:3 there is no state 'away'"]],
  [`${steps}workers:\n  pause: true`, ['MILL1104 4:3 no worker can perform "pause"']],
  [`${steps}workers:\n  pause: false`, []],
  [`${steps}worker: true`, []],
  [
    'steps: [{ pause: { wait: 1 } }]\nworker: true',
    ['MILL1104 3:1 no worker can perform any of its tasks'],
  ],
  ['steps: [{ pause: { wait: 1 } }]\nworker: false', []],
  [
    'steps: [{ a: { shell: x, worker: true } }]\nworkers:\n  a: { tags: [gpu] }',
    ['MILL1104 4:3 the step "a" itself says something else of workers'],
  ],
  ['steps: [{ a: { shell: x, worker: true } }]\nworkers:\n  a: true', []],
  [
    'steps: [{ a: { wait: 1, worker: true } }]',
    ['MILL1104 2:25 "worker" has no meaning for "wait"'],
  ],
  [
    `${machine('millrace:dataset')}workers:\n  Do: true`,
    ['MILL1104 4:3 no worker can perform "Do"'],
  ],
  [`${machine('millrace:echo')}workers:\n  Do: true`, []],
  [
    `${machine('arn:aws:states:::states:startExecution')}workers:\n  Do: true`,
    ['MILL1104 4:3 no worker can perform "Do"'],
  ],
  [
    `${machine(LAMBDA)}account: lake\nworkers:\n  Do: true`,
    ['MILL1104 5:3 no worker can perform "Do"'],
  ],
  [`${machine(LAMBDA)}bindings: { "${LAMBDA}": { shell: x } }\nworkers:\n  Do: true`, []],
])('%j tells of workers that nobody would hear of', async (text, expected) => {
  const found = await problemsOf(`pipeline: p\n${text}\n`);
  expect(found.filter((one) => /worker|no state '/.test(one))).toEqual(expected);
});
