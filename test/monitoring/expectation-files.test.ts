/** Expectations in files of their own: of things that no pipeline file describes. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { openPipelineFolder, type PipelineFolder } from '../../src/engine/pipeline-folder.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';

const HOUR = 3_600_000;
const WATCH = `team: parcels
expectations:
  - check: deeds
    tags: { county: alpine }
    owner: deeds@example.org
    expect: [runs within 2 hours, succeeded]
  - subject: { provider: aws, account: "111122223333", region: eu-west-1, kind: glue-job, name: load }
    expect: ["starts by 06:00"]
`;

let test: TimedEngine;
let folder: PipelineFolder;

const write = (name: string, text: string): void => {
  mkdirSync(join(test.folder), { recursive: true });
  writeFileSync(join(test.folder, name), text);
};

async function open(): Promise<void> {
  const { engine } = test;
  folder = await openPipelineFolder({ engine, folder: test.folder, watch: false });
  await test.settled();
}

function states(): string[] {
  const { items } = test.engine.expectations.list(EVERYTHING);
  return items
    .map(({ subject, sentence, state }) => `${subject.kind} ${sentence}: ${state}`)
    .sort();
}

beforeEach(async () => {
  test = await openTimedEngine({ start: '2026-11-20T00:00:00Z' });
});
afterEach(async () => {
  await folder.close();
  await test.close();
});

describe('a file of expectations', () => {
  it('expects of checks and of things elsewhere, also of what has never been heard of', async () => {
    write('watch.yaml', WATCH);
    await open();
    await test.pass(7 * HOUR);
    expect(states()).toEqual([
      'check runs within 2 hours: MISSING',
      'check succeeded: EXPECTED',
      'glue-job starts by 06:00: MISSING',
    ]);
    const subject = {
      ...{ provider: 'aws', account: '111122223333', region: 'eu-west-1', kind: 'glue-job' },
      name: 'load',
    };
    await test.engine.checks.report(ofTeam('parcels'), { subject, status: 'OK', tags: {} });
    expect(states()).toContain('glue-job starts by 06:00: ARRIVED LATE');
    // The same name in another account is another thing.
    const other = { ...subject, account: '444455556666' };
    await test.engine.checks.report(ofTeam('parcels'), { subject: other, status: 'OK', tags: {} });
    expect(test.engine.expectations.list(ofTeam('other')).items).toEqual([]);
  });

  it('goes on being expected over a restart, before the folder is read again', async () => {
    write('watch.yaml', WATCH);
    await open();
    await test.pass(3 * HOUR);
    await folder.close();
    await test.restart();
    expect(states()).toContain('check runs within 2 hours: MISSING');
    const { items } = await test.engine.expectations.changes(EVERYTHING);
    expect(items.filter(({ reason }) => reason === 'withdrawn')).toEqual([]);
    await open();
    expect(states()).toHaveLength(3);
  });

  it('with mistakes changes nothing, and says each at its place', async () => {
    write('watch.yaml', WATCH);
    await open();
    write('watch.yaml', WATCH.replace('2 hours', '2 hors').replace('"starts by', '"strats by'));
    await folder.reload();
    expect(folder.problems().map(({ code, file, line }) => `${code} ${file}:${line}`)).toEqual([
      'MILL1303 watch.yaml:6',
      'MILL1303 watch.yaml:8',
    ]);
    expect(states()).toHaveLength(3);
  });

  it('that is gone is expected no longer', async () => {
    write('watch.yaml', WATCH);
    await open();
    rmSync(join(test.folder, 'watch.yaml'));
    await folder.reload();
    await test.settled();
    expect(states()).toEqual([]);
  });

  it('says what another file has said already', async () => {
    write('a.yaml', WATCH);
    write('b.yaml', 'team: parcels\nexpectations: [{ check: deeds, expect: [succeeded] }]\n');
    await open();
    expect(folder.problems()).toMatchObject([
      {
        file: 'b.yaml',
        message: expect.stringContaining('parcels/deeds is said elsewhere already'),
      },
    ]);
    expect(states()).toHaveLength(3);
  });

  it('names what it is about', async () => {
    write('watch.yaml', 'expectations: [{ expect: [succeeded] }]\n');
    await open();
    expect(folder.problems()[0]?.message).toBe('it is not said of what this is expected');
  });
});
