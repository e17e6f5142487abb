/**
 * Which files of a folder are deployed, and what is told of the others.
 * @module
 */

import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { openPipelineFolder } from '../../src/engine/pipeline-folder.js';
import { openTestEngine, type TestEngine } from './test-engine.js';

let test: TestEngine;

afterEach(() => test.close());

async function deployed(files: { [name: string]: string | Buffer }) {
  test = await openTestEngine();
  const folder = join(test.folder, 'pipelines');
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const opened = await openPipelineFolder({ engine: test.engine, folder, watch: false });
  const names = (await test.engine.pipelines.list(EVERYTHING)).map(({ name }) => name).sort();
  const problems = opened.problems();
  await opened.close();
  return { names, problems };
}

const STEPS = 'steps: [{ say: { echo: {} } }]';

it('takes pipelines in whatever way they are written, and names every file that it does not take', async () => {
  const { names, problems } = await deployed({
    'marked.yaml': `\uFEFFpipeline: marked\r\n${STEPS}\r\n`,
    'noted.yaml': `# note\n---\n"pipeline": noted\n${STEPS}\n`,
    'braces.yml': `{ pipeline: braces, ${STEPS} }`,
    'deep/JSON.YAML': '\uFEFF{"steps":[{"say":{"echo":{}}}],"pipeline":"json"}',
    'broken.yaml': '{ "pipeline": "broken", "steps": [ }',
    'two.yaml': `pipeline: two\n${STEPS}\n---\npipeline: three\n${STEPS}\n`,
    'nameless.yaml': `${STEPS}\n`,
    'wide.yaml': Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from(`pipeline: wide\n${STEPS}`, 'utf16le'),
    ]),
    'other.yaml': 'services: { db: { image: postgres } }\n',
    'templates/t.yaml': `${STEPS}\n`,
    'marked.test.yaml': 'tests: []\n',
  });
  expect(names).toEqual(['braces', 'json', 'marked', 'noted']);
  const told = problems.map(({ file, code, severity }) => `${severity} ${code} ${file}`);
  expect([...new Set(told)].sort()).toEqual([
    'error MILL1002 broken.yaml',
    'error MILL1002 two.yaml',
    'warning MILL1002 wide.yaml',
    'warning MILL1102 nameless.yaml',
  ]);
});

/** Files as Kubernetes mounts them: links to links, of which one is swapped for all of them to change at once. */
function mounted(folder: string, revision: string, files: { [name: string]: string }): void {
  mkdirSync(join(folder, `..${revision}`), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(folder, `..${revision}`, name), text);
  }
  symlinkSync(`..${revision}`, join(folder, '..swap'));
  renameSync(join(folder, '..swap'), join(folder, '..data'));
}

it('follows links to files in the folder, and names those that lead elsewhere', async () => {
  test = await openTestEngine();
  const folder = join(test.folder, 'pipelines');
  mounted(folder, 'first', { 'a.yaml': `pipeline: a\n${STEPS}\n` });
  symlinkSync('..data/a.yaml', join(folder, 'a.yaml'));
  writeFileSync(join(test.folder, 'outside.yaml'), `pipeline: outside\n${STEPS}\n`);
  symlinkSync(join(test.folder, 'outside.yaml'), join(folder, 'outside.yaml'));
  symlinkSync('nowhere.yaml', join(folder, 'gone.yaml'));
  mkdirSync(join(folder, 'others'));
  symlinkSync('others', join(folder, 'others.yaml'));
  const opened = await openPipelineFolder({ engine: test.engine, folder, watch: false });
  const names = (await test.engine.pipelines.list(EVERYTHING)).map(({ name }) => name);
  expect(names).toEqual(['a']);
  const told = opened.problems().map(({ file, code, severity }) => `${severity} ${code} ${file}`);
  expect(told).toEqual([
    'warning MILL1001 gone.yaml',
    'warning MILL1001 others.yaml',
    'warning MILL1001 outside.yaml',
  ]);
  await opened.close();
});

it('deploys what a link leads to after it was swapped', async () => {
  test = await openTestEngine();
  const folder = join(test.folder, 'pipelines');
  mounted(folder, 'first', { 'a.yaml': `pipeline: a\n${STEPS}\n` });
  symlinkSync('..data/a.yaml', join(folder, 'a.yaml'));
  const told: (readonly string[])[] = [];
  let heard = (): void => {};
  const onChange = ({ deployed }: { deployed: readonly string[] }): void => {
    told.push(deployed);
    if (told.length === 2) heard();
  };
  const swapped = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const opened = await openPipelineFolder({ engine: test.engine, folder, onChange });
  mounted(folder, 'second', { 'a.yaml': 'pipeline: a\nsteps: [{ other: { echo: {} } }]\n' });
  rmSync(join(folder, '..first'), { recursive: true });
  await swapped;
  expect(told).toEqual([['a v1'], ['a v2']]);
  await opened.close();
});

it('declares pools of clusters of team files, and names pipelines whose pool is none of them', async () => {
  const pool = 'max: 2, release: emr-7.5.0, instances: { type: m5.xlarge, count: 3 }';
  const takes = (name: string, rest: string) =>
    `pipeline: ${name}\n${rest}\nsteps: [{ load: { emr: { args: [a] } } }]\nbindings: { "arn:aws:states:::elasticmapreduce:addStep": { mock: {} } }\n`;
  const { names, problems } = await deployed({
    'team.yaml': `team: maps\nclusterPools: { etl: { ${pool} } }\n`,
    'team-2.yaml': `team: maps\nclusterPools: { etl: { ${pool} } }\n`,
    'sound.yaml': takes('sound', 'team: maps\ncluster: { pool: etl }'),
    'wrong.yaml': takes('wrong', 'team: maps\ncluster: { pool: elt }'),
    'theirs.yaml': takes('theirs', 'cluster: { pool: etl }'),
  });
  expect(names).toEqual(['sound', 'theirs', 'wrong']);
  expect(
    problems.map(
      ({ file, line, column, code, message }) => `${file}:${line}:${column} ${code} ${message}`,
    ),
  ).toEqual([
    'team.yaml:1:1 MILL1305 clusterPools: "etl" is declared in team-2.yaml already',
    'theirs.yaml:2:1 MILL1307 the team "default" has no pool of clusters "etl"',
    'wrong.yaml:3:1 MILL1307 the team "maps" has no pool of clusters "elt"; did you mean "etl"?',
  ]);
  const pools = test.engine.clusterPools.list(EVERYTHING);
  expect(pools).toMatchObject([{ name: 'etl', team: 'maps', max: 2 }]);
});
