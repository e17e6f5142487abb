/**
 * Files that start pipelines, on the real engine and a real folder: single files, and deliveries with a manifest. Changes are
 * told when the test says so, but for those tests that listen to the operating system.
 * @module
 */

import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MachineDefinition } from '../../src/asl/definition.js';
import type { JsonObject } from '../../src/asl/json.js';
import { systemClock } from '../../src/engine/adapters/system-ports.js';
import { createFileSource } from '../../src/engine/features/files/file-source.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { EngineHome } from '../support/engine-home.js';
import { DONE, openTimedEngine, type TimedEngine } from '../support/timed-engine.js';
import { ToldFiles } from '../support/told-files.js';

let files: ToldFiles;
let test: TimedEngine;
let folder: string;
let incoming: string;

beforeEach(async () => {
  files = new ToldFiles();
  test = await openTimedEngine({ files });
  folder = test.folder;
  incoming = join(folder, 'incoming');
  mkdirSync(incoming);
});

afterEach(() => test.close());

const deploy = (section: JsonObject): Promise<void> => test.trigger('load', { files: section });

const inputs = async (): Promise<JsonObject[]> => (await test.inputs('load')) as JsonObject[];

const keys = async (): Promise<unknown[]> =>
  (await inputs()).map(({ file }) => (file as JsonObject).key);

describe('a file', () => {
  it('starts the pipeline once it has stopped growing, once', async () => {
    await deploy({ under: 'incoming', match: '*.csv' });
    writeFileSync(join(incoming, 'a.csv'), 'id\n');
    writeFileSync(join(incoming, 'readme.txt'), 'x');
    await test.looks(1);
    appendFileSync(join(incoming, 'a.csv'), '1\n');
    await test.looks(1);
    expect(await keys()).toEqual([]);
    await test.looks(4);
    expect(await inputs()).toEqual([
      { file: { key: 'a.csv', path: 'incoming/a.csv', size: 5, modifiedAt: expect.any(String) } },
    ]);
  });

  it('that lies there already is started for, and after a restart not again', async () => {
    mkdirSync(join(incoming, 'deep'));
    writeFileSync(join(incoming, 'deep/b.csv'), 'x');
    await deploy({ under: 'incoming', match: '*.csv' });
    await test.looks();
    expect(await keys()).toEqual(['deep/b.csv']);
    await test.restart();
    await test.looks();
    expect(await keys()).toEqual(['deep/b.csv']);
    writeFileSync(join(incoming, 'deep/b.csv'), 'replaced');
    await test.looks();
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
    await test.looks();
    mkdirSync(join(incoming, 'done'));
    renameSync(join(incoming, 'o.csv'), join(incoming, 'done/o.csv'));
    await test.looks();
    expect(await keys()).toEqual(expected);
  });

  it('counts neither when it is empty, nor hidden, nor a link', async () => {
    writeFileSync(join(folder, 'secret.csv'), 'outside');
    writeFileSync(join(incoming, 'empty.csv'), '');
    writeFileSync(join(incoming, '.part.csv'), 'x');
    symlinkSync(join(folder, 'secret.csv'), join(incoming, 'link.csv'));
    await deploy({ under: 'incoming' });
    await test.looks();
    expect(await keys()).toEqual([]);
  });

  it('is missed by nobody when the folder goes away and comes back', async () => {
    await deploy({ under: 'incoming' });
    renameSync(incoming, join(folder, 'elsewhere'));
    await test.looks();
    expect((await test.engine.pipelines.explainTrigger(EVERYTHING, 'load')).files).toMatchObject({
      isGone: true,
    });
    renameSync(join(folder, 'elsewhere'), incoming);
    writeFileSync(join(incoming, 'c.csv'), 'x');
    await test.looks();
    expect(await keys()).toEqual(['c.csv']);
    expect((await test.engine.pipelines.explainTrigger(EVERYTHING, 'load')).files).toMatchObject({
      isGone: false,
    });
  });

  it('outside of the pipeline’s folder is never looked at', async () => {
    symlinkSync(tmpdir(), join(folder, 'out'));
    await deploy({ under: 'out' });
    await test.looks();
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
    await test.looks();
    expect(await inputs()).toMatchObject([{ files: [{ key: 'a.csv', size: 2 }] }]);
  });

  it('starts the pipeline when every file that it lists is as it says', async () => {
    write('a.csv', 'aa');
    write('b.csv', 'bbb');
    await test.looks();
    expect(await inputs()).toEqual([]);
    list([
      { name: 'a.csv', size: 2 },
      { name: 'b.csv', sha256: sha('bbb') },
    ]);
    await test.looks();
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
    await test.looks();
    expect(await inputs()).toEqual([]);
    expect(
      (await test.engine.pipelines.explainTrigger(EVERYTHING, 'load')).files?.quarantined,
    ).toEqual([
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
    await test.looks();
    expect(await inputs()).toHaveLength(1);
    expect(
      (await test.engine.pipelines.explainTrigger(EVERYTHING, 'load')).files?.quarantined,
    ).toEqual([]);
  });

  it.each<[string, string]>([
    ['{', 'it is no JSON'],
    ['{"files": []}', 'it lists no file'],
    ['{"files": [{"size": 1}]}', 'entry 0 has no name'],
    ['{"files": [{"name": "../secret.csv"}]}', 'entry 0 leads out of the folder'],
    ['{"files": [{"name": "a", "sha256": "12"}]}', 'entry 0 has a wrong sha256'],
  ])('%s is held back', async (text, problem) => {
    write('manifest-1.json', text);
    await test.looks();
    expect(
      (await test.engine.pipelines.explainTrigger(EVERYTHING, 'load')).files?.quarantined,
    ).toMatchObject([{ problems: [{ file: 'manifest-1.json', problem }] }]);
  });
});

describe('a change in a folder', () => {
  /** Counts what is told of a folder, on the disk and by the operating system's own time. */
  const listen = (under: string) => {
    let count = 0;
    let heard = (): void => {};
    const end = createFileSource().watch?.(folder, under, () => {
      count += 1;
      heard();
    });
    return {
      end: () => end?.(),
      count: () => count,
      /** Acts again and again until something is told: a watcher takes a moment until it listens. */
      async told(act: (time: number) => void): Promise<void> {
        const before = count;
        for (let time = 1; count === before; time += 1) {
          act(time);
          await new Promise<void>((resolve) => {
            heard = resolve;
            setTimeout(resolve, 20);
          });
        }
      },
    };
  };

  it('is told by the operating system: a new file, one that grows, and one in a folder below', async () => {
    mkdirSync(join(incoming, 'below'));
    const ears = listen('incoming');
    await ears.told((time) => writeFileSync(join(incoming, `new-${time}.csv`), '1'));
    await ears.told(() => appendFileSync(join(incoming, 'new-1.csv'), '2'));
    await ears.told((time) => writeFileSync(join(incoming, 'below', `new-${time}.csv`), '1'));
    ears.end();
  });

  it('outside of it is not told, also not through a link', async () => {
    const outside = join(folder, 'outside');
    mkdirSync(outside);
    symlinkSync(outside, join(incoming, 'link'));
    const [inner, outer] = [listen('incoming'), listen('outside')];
    await inner.told((time) => writeFileSync(join(incoming, `in-${time}.csv`), '1'));
    // What is told comes in order. Whatever there was of the files above has been told when this is.
    await outer.told((time) => writeFileSync(join(outside, `out-${time}.csv`), '1'));
    const before = inner.count();
    await outer.told((time) => writeFileSync(join(outside, `more-${time}.csv`), '1'));
    await outer.told((time) => writeFileSync(join(outside, `last-${time}.csv`), '1'));
    expect(inner.count()).toBe(before);
    await inner.told((time) => writeFileSync(join(incoming, `more-${time}.csv`), '1'));
    inner.end();
    outer.end();
  });

  it('makes the next look come sooner, and no file count that has not been still for two seconds', async () => {
    await deploy({ under: 'incoming' });
    await test.pass(2_000);
    expect(files.looks).toBe(1);
    writeFileSync(join(incoming, 'a.csv'), 'x');
    await test.pass(100);
    files.tell();
    // A second after the last look.
    await test.pass(899);
    expect(files.looks).toBe(1);
    await test.pass(1);
    expect(files.looks).toBe(2);
    files.tell();
    await test.pass(1_000);
    expect(files.looks).toBe(3);
    expect(await inputs()).toEqual([]);
    await test.pass(1_000);
    expect(await keys()).toEqual(['a.csv']);
  });

  it('puts no other file off: each is looked at again when it has been still for two seconds', async () => {
    await deploy({ under: 'incoming' });
    writeFileSync(join(incoming, 'a.csv'), 'x');
    await test.pass(2_000);
    await test.pass(1_500);
    writeFileSync(join(incoming, 'b.csv'), 'x');
    files.tell();
    await test.pass(0);
    expect(files.looks).toBe(2);
    await test.pass(499);
    expect(await keys()).toEqual([]);
    await test.pass(1);
    expect(await keys()).toEqual(['a.csv']);
    await test.pass(1_499);
    expect(await keys()).toEqual(['a.csv']);
    await test.pass(1);
    expect(await keys()).toEqual(['a.csv', 'b.csv']);
    expect(files.looks).toBe(4);
  });

  it('starts the pipeline with the clock and the files of this machine', async () => {
    const real = new EngineHome({ clock: systemClock(), files: createFileSource() });
    try {
      await real.open();
      mkdirSync(join(real.folder, 'incoming'));
      const started = new Promise<void>((resolve) => {
        real.engine.executions.subscribe(EVERYTHING, (change) => {
          if (change.type === 'execution' && change.status === 'SUCCEEDED') resolve();
        });
      });
      await real.engine.pipelines.deploy({
        name: 'load',
        team: 'default',
        tags: {},
        definition: DONE as MachineDefinition,
        bindings: {},
        folder: real.folder,
        sections: { trigger: { files: { under: 'incoming' } } },
      });
      writeFileSync(join(real.folder, 'incoming', 'a.csv'), 'x');
      await started;
      const { items } = await real.engine.executions.list(EVERYTHING, { pipeline: 'load' });
      expect(items).toMatchObject([{ status: 'SUCCEEDED' }]);
    } finally {
      await real.close(0);
    }
  });
});
