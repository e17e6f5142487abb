/**
 * Databases to damage, what damages them, and what is asked of a server that has one.
 * @module
 */
import { cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { openReader } from '../../src/store/driver.js';
import { type DataServer, makeProject, type Project } from './data-server.js';

const LONG_TEXT = 'lorem ipsum '.repeat(700);

/** Folders `sound` and `crashed`, and ids of executions in them that are read back. */
export async function makeDatabases(): Promise<{ project: Project; ids: string[] }> {
  const ids: string[] = [];
  const project = makeProject({
    hello: 'steps:\n  - greet: { echo: { hello: world } }\n  - again: { echo: { hello: world } }\n',
    // Longer than a page: its last part lies on a page of its own.
    long: `steps:\n  - say: { echo: { text: "${LONG_TEXT}" } }\n`,
  });
  const server = await project.up({ data: 'sound' });
  for (let i = 0; i < 60; i += 1) {
    const input = { greeting: `good morning number ${i}` };
    const { body } = await server.request('POST', '/api/v1/executions?wait=20', {
      pipeline: 'hello',
      input,
    });
    ids.push(String(body.id));
  }
  await server.kill('SIGTERM');
  // The same as a crash leaves it: a good part in the write-ahead log.
  cpSync(project.path('sound'), project.path('crashed'), { recursive: true });
  const second = await project.up({ data: 'crashed' });
  for (let i = 0; i < 20; i += 1) {
    await second.request('POST', '/api/v1/executions?wait=20', { pipeline: 'hello' });
  }
  await second.kill('SIGKILL');
  return { project, ids };
}

const PAGE = 4096;

/** The pages of a table or index, by kind: `internal`, `leaf`, `overflow`. */
export function pagesOf(file: string, name: string, kind: string): number[] {
  const reader = openReader(file);
  const rows = reader
    .prepare('SELECT pageno FROM dbstat WHERE name = ? AND pagetype = ? ORDER BY pageno')
    .all(name, kind);
  reader.close();
  if (rows.length === 0) throw new Error(`${name} has no ${kind} page`);
  return rows.map(({ pageno }) => Number(pageno));
}

export function edit(file: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(file);
  change(bytes);
  // Into the same file: its inode stays.
  writeFileSync(file, bytes, { flag: 'r+' });
}

/** The same in every run. */
const noise = Buffer.from(Array.from({ length: PAGE }, (_, i) => (i * 7919 + 104_729) % 251));

const overwritePage = (file: string, page: number): void =>
  edit(file, (bytes) => noise.copy(bytes, (page - 1) * PAGE));
const zeroPage = (file: string, page: number): void =>
  edit(file, (bytes) => bytes.fill(0, (page - 1) * PAGE, page * PAGE));

/** Turns one letter of a text into another one, where it stands on one of these pages. */
export function changeLetter(file: string, pages: readonly number[], text: string): void {
  edit(file, (bytes) => {
    for (const page of pages) {
      const at = bytes.indexOf(text, (page - 1) * PAGE);
      if (at === -1 || at >= page * PAGE) continue;
      bytes[at + text.length - 1] = (bytes[at + text.length - 1] ?? 0) ^ 1;
      return;
    }
    throw new Error(`'${text}' is on none of the pages`);
  });
}

/** The id of an execution, which stands in the index of ids as text. */
function firstId(file: string): string {
  const reader = openReader(file);
  const row = reader.prepare('SELECT id FROM executions ORDER BY number LIMIT 1 OFFSET 7').get();
  reader.close();
  return String(row?.id);
}

export type Damage = (database: string) => void;

/** What happens to a database that no server has open. */
export const CLOSED: { [damage: string]: { from: 'sound' | 'crashed'; damage: Damage } } = {
  'the first bytes are others': {
    from: 'sound',
    damage: (file) => edit(file, (bytes) => bytes.write('NOT A DATABASE')),
  },
  'the header names another page size': {
    from: 'sound',
    damage: (file) => edit(file, (bytes) => bytes.writeUInt16BE(1024, 16)),
  },
  'another file lies in its place': {
    from: 'sound',
    damage: (file) => writeFileSync(file, 'Dear diary, today nothing happened.\n'.repeat(500)),
  },
  'it is empty': { from: 'sound', damage: (file) => truncateSync(file, 0) },
  'its second half is gone': {
    from: 'sound',
    damage: (file) => truncateSync(file, Math.floor(readFileSync(file).length / PAGE / 2) * PAGE),
  },
  'its last page is gone': {
    from: 'sound',
    damage: (file) => truncateSync(file, readFileSync(file).length - PAGE),
  },
  'the page of the schema is overwritten': {
    from: 'sound',
    damage: (file) => edit(file, (bytes) => noise.copy(bytes, 100, 0, PAGE - 100)),
  },
  'the root of a table is zeroed': {
    from: 'sound',
    damage: (file) => zeroPage(file, pagesOf(file, 'history', 'internal')[0] ?? 0),
  },
  'a page of histories is overwritten': {
    from: 'sound',
    damage: (file) => overwritePage(file, pagesOf(file, 'history', 'leaf')[3] ?? 0),
  },
  'a page of an index is overwritten': {
    from: 'sound',
    damage: (file) => overwritePage(file, pagesOf(file, 'executions_by_id', 'leaf')[0] ?? 0),
  },
  'an index names another execution than its table': {
    from: 'sound',
    damage: (file) => changeLetter(file, pagesOf(file, 'executions_by_id', 'leaf'), firstId(file)),
  },
  'one letter of a history is another': {
    from: 'sound',
    damage: (file) =>
      changeLetter(file, pagesOf(file, 'history', 'leaf'), 'good morning number 17'),
  },
  'the end of a definition is zeroed': {
    from: 'sound',
    damage: (file) => zeroPage(file, pagesOf(file, 'machines', 'overflow').at(-1) ?? 0),
  },
  'the write-ahead log is damaged in the middle': {
    from: 'crashed',
    damage: (file) =>
      edit(`${file}-wal`, (bytes) => {
        const frames = Math.floor((bytes.length - 32) / (PAGE + 24));
        const at = 32 + Math.floor(frames / 2) * (PAGE + 24) + 24 + 2000;
        bytes[at] = (bytes[at] ?? 0) ^ 1;
      }),
  },
  'the header of the write-ahead log is damaged': {
    from: 'crashed',
    damage: (file) => edit(`${file}-wal`, (bytes) => bytes.write('????', 16)),
  },
};

/** What happens under a running server. */
export const RUNNING: { [damage: string]: { damage: Damage; seconds?: number } } = {
  'a page of histories is overwritten': {
    damage: (file) => overwritePage(file, pagesOf(file, 'history', 'leaf')[3] ?? 0),
  },
  'one letter of a history is another': {
    damage: (file) =>
      changeLetter(file, pagesOf(file, 'history', 'leaf'), 'good morning number 17'),
  },
  'the first bytes are others': {
    damage: (file) => edit(file, (bytes) => bytes.write('NOT A DATABASE')),
  },
  'its second half is gone': {
    damage: CLOSED['its second half is gone']?.damage as Damage,
    seconds: 3,
  },
};

/** Everything that a look at the server asks for. */
export const READS = [
  '/api/v1/executions',
  '/api/v1/executions?pipeline=hello&limit=100',
  '/api/v1/pipelines',
  '/api/v1/pipelines/hello',
  '/api/v1/health',
];

/** Waits until the server has noticed, and answers what it says; undefined when it ended before. */
export async function noticed(server: DataServer): Promise<string | undefined> {
  for (;;) {
    const { status, body } = await server.health();
    if (status === 0) return undefined;
    if (body.status === 'corrupt') return String(body.problem);
    // Half a minute for some: asking without a pause would take the processor from everybody else.
    await new Promise((done) => setTimeout(done, 50));
  }
}

export async function expectReadingAlone(
  server: DataServer,
  ids: readonly string[],
): Promise<void> {
  const refused = await server.start('hello');
  expect(refused).toMatchObject({ status: 503, body: { code: 'MILL3022' } });
  expect(refused.body.fix).toContain('put a backup in place');
  const events = [{ source: 'a', detailType: 'b', detail: {} }];
  const put = await server.request('POST', '/api/v1/events', { events });
  expect(put).toMatchObject({ status: 503, body: { code: 'MILL3022' } });
  const histories = ids.flatMap((id) => [
    `/api/v1/executions/${id}`,
    `/api/v1/executions/${id}/history`,
  ]);
  for (const path of [...READS, ...histories]) {
    const { status, body } = await server.request('GET', path);
    expect([200, 404, 503], `${path} answers ${status} ${JSON.stringify(body)}`).toContain(status);
  }
}

export function report(damage: string, how: string, since: number): void {
  const milliseconds = Math.round(performance.now() - since);
  if (process.env.MILLRACE_REPORT) process.stderr.write(`${damage}: ${how}, ${milliseconds} ms\n`);
}
