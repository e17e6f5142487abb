/**
 * Files that start pipelines, on the real engine and a real folder: single files, and deliveries with a manifest.
 * @module
 */
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import { createLocalItems } from '../../src/engine/adapters/local-items.js';
import { createEngine } from '../../src/engine/create-engine.js';
import type { Engine } from '../../src/engine/engine.js';
import {
  createFileSource,
  type FileSource,
  type ListedFile,
} from '../../src/engine/features/files/file-source.js';
import { openSqliteStore } from '../../src/store/sqlite-store.js';
import type { SynchronousStore } from '../../src/store/store.js';
import { ManualClock, settled } from './manual-clock.js';

let folder: string;
let incoming: string;
let clock: ManualClock;
let engine: Engine;
let store: SynchronousStore;

async function open(files: FileSource = createFileSource()): Promise<void> {
  store = openSqliteStore({ file: join(folder, 'test.db') });
  engine = createEngine({
    store,
    runner: createConnectorRunner(new Map()),
    evaluator: { evaluate: async () => [], close: async () => {} },
    itemSource: createLocalItems(),
    workFolder: join(folder, 'work'),
    files,
    clock,
  });
  await engine.open();
}

async function close(): Promise<void> {
  await engine.close();
  await store.close();
}

/** The server looks again, a few times. */
async function looks(count = 3): Promise<void> {
  for (let look = 0; look < count; look += 1) {
    const armed = clock.timers;
    await clock.until(new Date(clock.now() + 2_000).toISOString());
    // Reading the disk takes real time: it is over when the timer for the next look is set.
    for (let left = 500; clock.timers < armed && left > 0; left -= 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await settled();
  }
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-files-'));
  incoming = join(folder, 'incoming');
  mkdirSync(incoming);
  clock = new ManualClock('2026-11-20T00:00:00Z');
  await open();
});

afterEach(async () => {
  await close();
  rmSync(folder, { recursive: true, force: true });
});

async function deploy(files: JsonObject): Promise<void> {
  await engine.deployPipeline({
    name: 'load',
    team: 'default',
    tags: {},
    definition: { StartAt: 'Done', States: { Done: { Type: 'Succeed' } } },
    bindings: {},
    folder,
    sections: { trigger: { files } },
  });
}

async function inputs(): Promise<JsonObject[]> {
  await settled();
  const { items } = await engine.listExecutions({ pipeline: 'load', limit: 100 });
  const found = await Promise.all(items.map(({ id }) => engine.describeExecution(id)));
  return found.map(({ input }) => input as JsonObject).toReversed();
}

const keys = async (): Promise<unknown[]> =>
  (await inputs()).map(({ file }) => (file as JsonObject).key);

describe('a file', () => {
  it('starts the pipeline once it has stopped growing, once', async () => {
    await deploy({ under: 'incoming', match: '*.csv' });
    writeFileSync(join(incoming, 'a.csv'), 'id\n');
    writeFileSync(join(incoming, 'readme.txt'), 'x');
    await looks(1);
    appendFileSync(join(incoming, 'a.csv'), '1\n');
    await looks(1);
    expect(await keys()).toEqual([]);
    await looks(4);
    expect(await inputs()).toEqual([
      { file: { key: 'a.csv', path: 'incoming/a.csv', size: 5, modifiedAt: expect.any(String) } },
    ]);
  });

  it('that lies there already is started for, and after a restart not again', async () => {
    mkdirSync(join(incoming, 'deep'));
    writeFileSync(join(incoming, 'deep/b.csv'), 'x');
    await deploy({ under: 'incoming', match: '*.csv' });
    await looks();
    expect(await keys()).toEqual(['deep/b.csv']);
    await close();
    await open();
    await looks();
    expect(await keys()).toEqual(['deep/b.csv']);
    writeFileSync(join(incoming, 'deep/b.csv'), 'replaced');
    await looks();
    expect(await keys()).toEqual(['deep/b.csv', 'deep/b.csv']);
  });

  it.each([
    ['/*.csv', ['o.csv']],
    ['./*.csv', ['o.csv']],
    ['*.csv', ['o.csv', 'done/o.csv']],
    ['done/*.csv', ['done/o.csv']],
    ['done/**', ['done/o.csv']],
  ])('that is moved to a folder below starts, by %s, for %j', async (match, expected) => {
    await deploy({ under: 'incoming', match });
    writeFileSync(join(incoming, 'o.csv'), 'x');
    await looks();
    mkdirSync(join(incoming, 'done'));
    renameSync(join(incoming, 'o.csv'), join(incoming, 'done/o.csv'));
    await looks();
    expect(await keys()).toEqual(expected);
  });

  it('counts neither when it is empty, nor hidden, nor a link', async () => {
    writeFileSync(join(folder, 'secret.csv'), 'outside');
    writeFileSync(join(incoming, 'empty.csv'), '');
    writeFileSync(join(incoming, '.part.csv'), 'x');
    symlinkSync(join(folder, 'secret.csv'), join(incoming, 'link.csv'));
    await deploy({ under: 'incoming' });
    await looks();
    expect(await keys()).toEqual([]);
  });

  it('is missed by nobody when the folder goes away and comes back', async () => {
    await deploy({ under: 'incoming' });
    renameSync(incoming, join(folder, 'elsewhere'));
    await looks();
    expect((await engine.explainTrigger('load')).files).toMatchObject({ isGone: true });
    renameSync(join(folder, 'elsewhere'), incoming);
    writeFileSync(join(incoming, 'c.csv'), 'x');
    await looks();
    expect(await keys()).toEqual(['c.csv']);
    expect((await engine.explainTrigger('load')).files).toMatchObject({ isGone: false });
  });

  it('outside of the pipeline’s folder is never looked at', async () => {
    symlinkSync(tmpdir(), join(folder, 'out'));
    await deploy({ under: 'out' });
    await looks();
    expect(await inputs()).toEqual([]);
  });
});

describe('a manifest', () => {
  const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
  const write = (name: string, text: string): void => writeFileSync(join(incoming, name), text);
  const list = (files: unknown): void => write('manifest-1.json', JSON.stringify({ files }));

  beforeEach(() => deploy({ under: 'incoming', manifest: 'manifest*.json' }));

  it('may begin with a byte order mark', async () => {
    write('a.csv', 'aa');
    write('manifest-1.json', '\uFEFF{"files":[{"name":"a.csv","size":2}]}\r\n');
    await looks();
    expect(await inputs()).toMatchObject([{ files: [{ key: 'a.csv', size: 2 }] }]);
  });

  it('starts the pipeline when every file that it lists is as it says', async () => {
    write('a.csv', 'aa');
    write('b.csv', 'bbb');
    await looks();
    expect(await inputs()).toEqual([]);
    list([
      { name: 'a.csv', size: 2 },
      { name: 'b.csv', sha256: sha('bbb') },
    ]);
    await looks();
    expect(await inputs()).toMatchObject([
      {
        manifest: { key: 'manifest-1.json' },
        files: [
          { key: 'a.csv', path: 'incoming/a.csv', size: 2 },
          { key: 'b.csv', path: 'incoming/b.csv', size: 3, sha256: sha('bbb') },
        ],
      },
    ]);
  });

  it('with a corrupt and a missing file is held back, and told file by file, until they are right', async () => {
    write('a.csv', 'aa');
    write('b.csv', 'bxb');
    list([{ name: 'a.csv', size: 3 }, { name: 'b.csv', sha256: sha('bbb') }, { name: 'c.csv' }]);
    await looks();
    expect(await inputs()).toEqual([]);
    expect((await engine.explainTrigger('load')).files?.quarantined).toEqual([
      {
        manifest: 'manifest-1.json',
        since: expect.any(Number),
        problems: [
          { file: 'a.csv', problem: 'it has 2 bytes, not 3' },
          { file: 'b.csv', problem: `its SHA-256 is ${sha('bxb')}, not ${sha('bbb')}` },
          { file: 'c.csv', problem: 'it is missing' },
        ],
      },
    ]);
    write('a.csv', 'aaa');
    write('b.csv', 'bbb');
    write('c.csv', 'c');
    await looks();
    expect(await inputs()).toHaveLength(1);
    expect((await engine.explainTrigger('load')).files?.quarantined).toEqual([]);
  });

  it.each<[string, string]>([
    ['{', 'it is no JSON'],
    ['{"files": []}', 'it lists no file'],
    ['{"files": [{"size": 1}]}', 'entry 0 has no name'],
    ['{"files": [{"name": "../secret.csv"}]}', 'entry 0 leads out of the folder'],
    ['{"files": [{"name": "a", "sha256": "12"}]}', 'entry 0 has a wrong sha256'],
  ])('%s is held back', async (text, problem) => {
    write('manifest-1.json', text);
    await looks();
    expect((await engine.explainTrigger('load')).files?.quarantined).toMatchObject([
      { problems: [{ file: 'manifest-1.json', problem }] },
    ]);
  });
});

describe('a change in a folder', () => {
  const told = async (act: () => void): Promise<boolean> => {
    let changed: () => void = () => {};
    const heard = new Promise<boolean>((resolve) => {
      changed = () => resolve(true);
    });
    const unwatch = createFileSource().watch?.(folder, 'incoming', () => changed());
    // The operating system needs a moment until it tells.
    await new Promise((resolve) => setTimeout(resolve, 300));
    act();
    const silence = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 2_000));
    const result = await Promise.race([heard, silence]);
    unwatch?.();
    return result;
  };

  it('is told by the operating system: a new file, one that grows, and one in a folder below', async () => {
    expect(await told(() => writeFileSync(join(incoming, 'a.csv'), '1'))).toBe(true);
    expect(await told(() => appendFileSync(join(incoming, 'a.csv'), '2'))).toBe(true);
    mkdirSync(join(incoming, 'below'));
    expect(await told(() => writeFileSync(join(incoming, 'below', 'b.csv'), '1'))).toBe(true);
  });

  it('outside of it is not told, also not through a link', async () => {
    const outside = join(folder, 'outside');
    mkdirSync(outside);
    symlinkSync(outside, join(incoming, 'link'));
    expect(await told(() => writeFileSync(join(outside, 'a.csv'), '1'))).toBe(false);
  });

  it('makes the next look come sooner, and no file count that has not been still for two seconds', async () => {
    const later = (ms: number): Promise<void> =>
      clock.until(new Date(clock.now() + ms).toISOString());
    let changed: () => void = () => {};
    let listed: ListedFile[] = [];
    let looks = 0;
    const source: FileSource = {
      list: async () => {
        looks += 1;
        return listed;
      },
      read: async () => undefined,
      sha256: async () => undefined,
      watch: (_folder, _under, tell) => {
        changed = tell;
        return () => {};
      },
    };
    await close();
    await open(source);
    await deploy({ under: 'incoming' });
    await later(2_000);
    expect(looks).toBe(1);
    listed = [{ key: 'a.csv', size: 1, modifiedAt: 1 }];
    await later(100);
    changed();
    // A second after the last look.
    await later(900);
    expect(looks).toBe(2);
    changed();
    await later(1_000);
    expect(looks).toBe(3);
    expect(await inputs()).toEqual([]);
    await later(2_000);
    expect(await inputs()).toHaveLength(1);
  });
});
