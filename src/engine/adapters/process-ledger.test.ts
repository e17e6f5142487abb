import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openProcessLedger } from './process-ledger.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-ledger-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const entry = (attemptId: string) => ({ attemptId, pid: 4711, startTime: '100' });

describe('the ledger of processes', () => {
  it('gives a later server what an earlier one had not ended', () => {
    const first = openProcessLedger(folder);
    first.started(entry('a'));
    first.started(entry('b'));
    first.ended('a');
    expect(openProcessLedger(folder).takeLeftovers()).toEqual([entry('b')]);
  });

  it('forgets what it has given', () => {
    openProcessLedger(folder).started(entry('a'));
    const second = openProcessLedger(folder);
    expect(second.takeLeftovers()).toHaveLength(1);
    expect(second.takeLeftovers()).toEqual([]);
  });

  it('passes over an entry that the crash cut off', () => {
    writeFileSync(join(folder, 'c.json'), '{"attemptId":"c","pi');
    expect(openProcessLedger(folder).takeLeftovers()).toEqual([]);
  });
});
