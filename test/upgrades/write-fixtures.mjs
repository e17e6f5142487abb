/**
 * Writes the databases that test/upgrades opens: each by the code of its time, which is taken out of the history of this repository,
 * compiled, started as `millrace up` on a few pipelines, asked for what it has, and killed in the middle of its work.
 *
 *     node test/upgrades/write-fixtures.mjs            those that are not there
 *     node test/upgrades/write-fixtures.mjs 9 12       these anew
 *
 * Of each schema the last commit that has it stands for all that wrote it. A fixture is a folder: the database, its sealing key, and what
 * that version said of everything over its API (`told.json`). It is written once and then kept as it is: a database of those days
 * cannot be made any more when its code no longer runs.
 *
 * Old code runs with the packages that are installed now, which have what it needs.
 * @module
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '../..');
const FIXTURES = join(HERE, 'fixtures');

/** The last commit of each schema. Schema 2 was never that of a commit. */
const VERSIONS = {
  1: '0bc81620',
  3: 'bda914a5',
  4: 'f310713d',
  5: '348b5667',
  6: '00e1d95e',
  7: '6c26e476',
  8: 'c217fd4f',
  9: '8ce04800',
  10: '746867d5',
  11: '89c0bfe1',
  12: '90873a7a',
  13: '8c11e550',
  14: '43209be7',
  15: '9dd17423',
  16: '45ebecce',
};

/** In words that every version reads. */
const PIPELINES = {
  'succeeds.yaml': [
    'pipeline: succeeds',
    'team: first',
    'tags: { county: alder }',
    'steps:',
    '  - say: { shell: [sh, -c, "echo rows: 42; echo careful >&2"] }',
    '  - split: { forEach: { items: $.from, steps: [{ each: { set: { seen: true } } }] } }',
  ],
  'fails.yaml': [
    'pipeline: fails',
    'team: second',
    'steps:',
    '  - break: { shell: [sh, -c, "echo no; exit 3"] }',
  ],
  'waits.yaml': [
    'pipeline: waits',
    'steps:',
    '  - before: { set: { a: 1 } }',
    '  - pause: { wait: 60s }',
    '  - after: { shell: [echo, went on] }',
  ],
  // Begun when the server is killed.
  'cut.yaml': ['pipeline: cut', 'steps:', '  - long: { shell: [sleep, "600"] }'],
};
const STARTS = ['succeeds/one', 'succeeds/two', 'fails/one', 'waits/one', 'waits/two', 'cut/one'];

const asked = process.argv.slice(2);
for (const [schema, commit] of Object.entries(VERSIONS)) {
  const target = join(FIXTURES, `schema-${schema.padStart(2, '0')}`);
  if (asked.length > 0 ? !asked.includes(schema) : existsSync(target)) continue;
  process.stdout.write(`schema ${schema}: ${commit}\n`);
  await write(commit, target);
}

async function write(commit, target) {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-fixture-'));
  try {
    const code = join(folder, 'code');
    mkdirSync(code);
    const archive = execFileSync('git', ['archive', '--format=tar', commit], {
      cwd: ROOT,
      maxBuffer: 1 << 30,
    });
    execFileSync('tar', ['-x', '-C', code], { input: archive });
    symlinkSync(join(ROOT, 'node_modules'), join(code, 'node_modules'));
    compile(code);
    const home = join(folder, 'home');
    mkdirSync(join(home, 'pipelines'), { recursive: true });
    for (const [name, lines] of Object.entries(PIPELINES)) {
      writeFileSync(join(home, 'pipelines', name), `${lines.join('\n')}\n`);
    }
    const told = await run(code, home);
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target, { recursive: true });
    writeFileSync(
      join(target, 'millrace.db.gz'),
      gzipSync(databaseOf(join(home, 'data')), { level: 9 }),
    );
    const key = join(home, 'data', 'seal.key');
    if (existsSync(key)) writeFileSync(join(target, 'seal.key'), readFileSync(key));
    writeFileSync(join(target, 'told.json'), `${JSON.stringify({ commit, ...told }, null, 1)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Without looking at types: those of packages may have changed since. */
function compile(code) {
  const sources = readdirSync(join(code, 'src'), { recursive: true })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.endsWith('.d.ts'))
    .map((name) => join('src', name));
  execFileSync(
    join(ROOT, 'node_modules/.bin/esbuild'),
    [
      ...sources,
      '--outdir=dist',
      '--outbase=src',
      '--format=esm',
      '--target=node20',
      '--log-level=error',
    ],
    { cwd: code, stdio: 'inherit' },
  );
}

async function run(code, home) {
  const program = join(code, 'bin/millrace.js');
  const { PATH, HOME } = process.env;
  const server = spawn('node', [program, 'up', 'pipelines', '--data', 'data', '--port', '0'], {
    cwd: home,
    env: { PATH, HOME },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  try {
    let said = '';
    await new Promise((resolve, reject) => {
      server.stderr.on('data', (text) => {
        said += text;
        if (said.includes('is up at')) resolve();
      });
      server.once('exit', () => reject(new Error(`it ended: ${said}`)));
    });
    const { url, token } = JSON.parse(readFileSync(join(home, 'data/server.json'), 'utf8'));
    const ask = async (path, body) => {
      const answer = await fetch(`${url}/api/v1${path}`, {
        headers: {
          authorization: `Bearer ${token}`,
          ...(body ? { 'content-type': 'application/json' } : {}),
        },
        ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
      });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}\n${said}`);
      return answer.json();
    };
    const ids = [];
    for (const start of STARTS) {
      const [pipeline, name] = start.split('/');
      const { id } = await ask('/executions', {
        pipeline,
        name,
        input: { from: [start, 'Grüße'] },
      });
      ids.push(id);
    }
    const isThere = async (id, start) => {
      const { status } = await ask(`/executions/${id}`);
      if (start.startsWith('waits') || start.startsWith('cut')) {
        const { items, events } = await ask(`/executions/${id}/history`);
        const last = (items ?? events).at(-1)?.type;
        return last === 'WaitStateEntered' || last === 'TaskStarted' || last === 'TaskSubmitted';
      }
      return status !== 'RUNNING';
    };
    for (const [at, id] of ids.entries()) {
      while (!(await isThere(id, STARTS[at])))
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const executions = [];
    for (const [at, id] of ids.entries()) {
      executions.push({
        start: STARTS[at],
        described: await ask(`/executions/${id}`),
        history: await ask(`/executions/${id}/history`),
        logs: await ask(`/executions/${id}/logs`),
      });
    }
    return { executions };
  } finally {
    server.kill('SIGKILL');
    await new Promise((resolve) => server.once('close', resolve));
  }
}

/** One file of the database and what a killed server has left beside it. */
function databaseOf(data) {
  const Database = createRequire(import.meta.url)('libsql');
  const file = join(data, 'millrace.db');
  const database = new Database(file);
  database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
  database.close();
  return readFileSync(file);
}
