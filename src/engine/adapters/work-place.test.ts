import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../asl/json.js';
import { takeWorkPlace } from './work-place.js';

describe('the place of work folders', () => {
  let first: string;
  let second: string;
  let settings: Map<string, Json>;
  beforeEach(() => {
    first = mkdtempSync(join(tmpdir(), 'millrace-work-'));
    second = mkdtempSync(join(tmpdir(), 'millrace-work-'));
    settings = new Map();
  });
  afterEach(() => {
    for (const folder of [first, second]) rmSync(folder, { recursive: true, force: true });
  });

  const records = (running: number) => ({
    readSetting: (key: string) => settings.get(key),
    writeSetting: (key: string, value: Json) => void settings.set(key, value),
    countOpenWork: () => ({ running, attempts: 0, deliveries: 0 }),
  });

  it('is noted by the first server, which is told nothing', async () => {
    expect(await takeWorkPlace(records(3), first)).toBeUndefined();
    expect(settings.size).toBe(1);
  });

  it('is the same for a server that starts again, and for one that sees the same disk', async () => {
    await takeWorkPlace(records(3), first);
    expect(await takeWorkPlace(records(3), first)).toBeUndefined();
    expect(await takeWorkPlace(records(3), join(first, '..', first.split('/').at(-1) ?? ''))).toBe(
      undefined,
    );
  });

  it.each([
    [0, undefined],
    [1, /^One execution goes on whose work folders lie elsewhere: in .* Give all servers/],
    [7, /^7 executions go on/],
  ])('is another one: with %i executions that go on it is said', async (running, said) => {
    await takeWorkPlace(records(running), first);
    const warning = await takeWorkPlace(records(running), second);
    if (said === undefined) expect(warning).toBeUndefined();
    else expect(warning).toMatch(said);
    // Said once: what begins from now on lies there.
    expect(await takeWorkPlace(records(running), second)).toBeUndefined();
  });
});
