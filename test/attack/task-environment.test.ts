/**
 * What a task sees of the server that started it: nothing of the environment, whichever process it looks at.
 *
 * Forty canaries stand in the environment of `millrace up`. A task looks for them in all of `/proc`, while warm functions,
 * evaluators and a query are at work.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { millrace } from '../cli/millrace.js';
import { requirement } from '../requirements.js';
import { type UpProcess, up } from './up-process.js';

const isLinux = process.platform === 'linux';
const python = requirement('python3');

/** Names that servers are given secrets by, and names that the server itself looks for. */
const NAMES = [
  'MILLRACE_TOKEN',
  'MILLRACE_URL',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_ROLE_ARN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
  'DATABASE_URL',
  'NPM_TOKEN',
  'NODE_AUTH_TOKEN',
  'GITHUB_TOKEN',
  'SFN_MOCK_CONFIG_PASSWORD',
  ...Array.from({ length: 28 }, (_, i) => `SECRET_${i}`),
];
const CANARIES = Object.fromEntries(NAMES.map((name, i) => [name, `canary-${i}-of-the-server`]));

/** Answers where in /proc a canary is found, and what the task's own environment holds. */
const SCAN = `
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
const hits = [];
const seen = new Set();
const programs = ['millrace.js', 'node-runtime', 'sql-runtime', 'evaluation/child'];
// The query may only just be starting.
for (const end = Date.now() + 20000; seen.size < programs.length && Date.now() < end; ) {
  for (const pid of readdirSync('/proc').filter((name) => /^\\d+$/.test(name))) {
    for (const file of ['environ', 'cmdline', 'task/' + pid + '/environ', 'stat', 'status', 'comm']) {
      try {
        const text = readFileSync('/proc/' + pid + '/' + file, 'latin1');
        if (text.includes('canary-')) hits.push(pid + '/' + file);
        if (file === 'cmdline') for (const name of programs) if (text.includes(name)) seen.add(name);
      } catch {}
    }
  }
}
const parent = readFileSync('/proc/' + process.ppid + '/environ', 'latin1').replaceAll('\\0', '');
writeFileSync(process.env.MILLRACE_OUTPUT, JSON.stringify({ hits, seen: [...seen].sort(), parent }));
`;

let home: string;
let server: UpProcess;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'millrace-environment-'));
  const folder = join(home, 'pipelines');
  mkdirSync(join(folder, 'functions/warm'), { recursive: true });
  mkdirSync(join(folder, 'functions/snake'));
  writeFileSync(join(folder, 'scan.mjs'), SCAN);
  writeFileSync(
    join(folder, 'functions/warm/index.mjs'),
    'export const handler = async () => Object.keys(process.env).sort();\n',
  );
  writeFileSync(
    join(folder, 'functions/snake/index.py'),
    'import os\ndef handler(event, context):\n    return sorted(os.environ)\n',
  );
  const snake = python.missing ? '' : '  - snake: { lambda: functions/snake }\n';
  writeFileSync(
    join(folder, 'scan.yaml'),
    `pipeline: scan
steps:
  - warm: { lambda: functions/warm }
  - scan: { shell: { script: scan.mjs } }
`,
  );
  writeFileSync(
    join(folder, 'names.yaml'),
    `pipeline: names
steps:
  - warm: { lambda: functions/warm }
${snake}  - shell: { shell: ["node", "-p", "JSON.stringify(Object.keys(process.env))"] }
`,
  );
  writeFileSync(
    join(folder, 'expressions.yaml'),
    `pipeline: expressions
definition:
  QueryLanguage: JSONata
  StartAt: A
  States: { A: { Type: Pass, Output: '{% $map([1..9], function($v) { $v * 2 }) %}', End: true } }
`,
  );
  writeFileSync(
    join(folder, 'query.yaml'),
    `pipeline: query
steps:
  - query: { sql: { query: "SELECT sum(a.range * b.range) FROM range(2000000) a, range(2000000) b" } }
`,
  );
  server = await up({ folder, data: join(home, 'data'), env: CANARIES });
});

afterAll(async () => {
  await server?.stop();
  rmSync(home, { recursive: true, force: true });
});

/** The same names for every task: nothing passes but these. */
const OWN = ['HOME', 'LANG', 'PATH'];

describe.skipIf(!isLinux)('a task of the same user', () => {
  test('finds no canary in any process of the machine', async () => {
    await server.run('expressions');
    const query = await server.start('query');
    try {
      const { output } = await server.run('scan');
      const { scan } = output as { scan: { hits: string[]; seen: string[]; parent: string } };
      expect(scan.hits).toEqual([]);
      expect(scan.seen).toEqual(['evaluation/child', 'millrace.js', 'node-runtime', 'sql-runtime']);
      expect(scan.parent).toBe('');
    } finally {
      await server.call('POST', `/executions/${query}/stop`, {});
    }
  });

  test('has a clean environment itself, in every language', async () => {
    const { output } = (await server.run('names')) as {
      output: { warm: string[]; snake?: string[]; shell: string[] };
    };
    const isOwn = (name: string): boolean =>
      OWN.includes(name) ||
      /^(MILLRACE_|AWS_LAMBDA_|LAMBDA_TASK_ROOT|_HANDLER|PYTHON|LC_CTYPE)/.test(name);
    expect(output.shell.filter((name) => !isOwn(name))).toEqual([]);
    // Zone and region are those that Lambda gives a function, never the server's: function-surroundings.test.ts.
    const given = ['AWS_DEFAULT_REGION', 'AWS_EXECUTION_ENV', 'AWS_REGION', 'TZ'];
    const more = output.warm.filter((name) => !isOwn(name) && !/^(_X_AMZN|AWS_XRAY)_/.test(name));
    expect(more.sort()).toEqual(given);
    // What python3 is may be a script that sets variables of its own.
    expect((output.snake ?? []).filter((name) => name in CANARIES)).toEqual([]);
    expect(output.shell).toEqual(expect.arrayContaining(OWN));
  });
});

describe('what the server tells of it', () => {
  test.skipIf(!isLinux)('doctor says that nothing is shown', async () => {
    const args = ['doctor', '--json', '--data', join(home, 'data')];
    const { stdout } = await millrace(args, { cwd: home });
    const { checks } = JSON.parse(stdout) as { checks: { name: string; verdict: string }[] };
    expect(checks).toContainEqual(expect.objectContaining({ name: 'environment', verdict: 'ok' }));
  });

  test.skipIf(!isLinux)('no canary stands in its files', () => {
    for (const name of ['millrace.log', 'server.json', 'millrace.db', 'millrace.db-wal']) {
      expect(readFileSync(join(home, 'data', name), 'latin1')).not.toContain('canary-');
    }
  });
});
