import { describe, expect, test } from 'vitest';
import { WORKER_PROTOCOL, type Worker } from '../api/workers.js';
import { checksOf } from './worker-checks.js';

const worker = (more: Partial<Worker>): Worker => ({
  ...{ name: 'gpu-1', version: '0.9.0', protocol: WORKER_PROTOCOL, kinds: { shell: 4 }, tags: [] },
  ...{ slots: 4, taken: 1, holds: [], since: 0, seenAt: 0 },
  ...more,
});

describe('doctor says of workers', () => {
  test('nothing where there are none, and nothing waits for one', () => {
    expect(checksOf({ items: [], waiting: [] })).toEqual([]);
  });

  test('how many there are, and how much of them is taken', () => {
    const items = [worker({}), worker({ name: 'gpu-2', slots: 8, taken: 0 })];
    expect(checksOf({ items, waiting: [] })).toEqual([
      { name: 'workers', verdict: 'ok', found: '2 connected, 1 of 12 slots taken' },
    ]);
  });

  test('which of them is of an older version', () => {
    const checks = checksOf({ items: [worker({ version: '0.8.0', protocol: 1 })], waiting: [] });
    expect(checks.map(({ verdict }) => verdict)).toEqual(['ok', 'warn']);
    expect(checks[1]?.found).toBe(
      `gpu-1 has Millrace 0.8.0 and speaks protocol 1; the server speaks ${WORKER_PROTOCOL}`,
    );
  });

  test('what waits for one that nobody offers, and not what waits for one that is busy', () => {
    const line = { kind: 'shell', tags: ['gpu', 'large'], team: 'parcels', attempts: 3 };
    const waiting = [
      { ...line, workers: 0 },
      { ...line, tags: [], workers: 2 },
    ];
    expect(checksOf({ items: [], waiting })).toEqual([
      {
        ...{ name: 'workers', verdict: 'warn' },
        found:
          '3 of parcels wait for a worker with the tags gpu, large that performs shell: none is connected',
        fix: 'Start one on a machine that can: millrace worker --kinds shell --tags gpu,large',
      },
    ]);
  });
});
