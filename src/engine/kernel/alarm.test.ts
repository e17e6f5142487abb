import { expect, it } from 'vitest';
import { ManualClock } from '../../../test/support/manual-clock.js';
import { Alarm } from './alarm.js';

const clock = new ManualClock('2026-11-20T00:00:00Z');
const parts = { clock, time: { now: () => clock.now() } };

it('wakes at its time at the latest, and looks at the wall clock every minute until then', async () => {
  const woken: string[] = [];
  const due = Date.parse('2026-11-20T00:02:30Z');
  const alarm = new Alarm(parts as never, () => {
    woken.push(new Date(clock.now()).toISOString().slice(11, 19));
    alarm.set(clock.now() < due ? due : undefined);
  });
  alarm.set(due);
  await clock.until('2026-11-20T01:00:00Z');
  expect(woken).toEqual(['00:01:00', '00:02:00', '00:02:30']);
  expect(clock.timers).toBe(0);
});

it('has one time: the last that was set', async () => {
  let woken = 0;
  const alarm = new Alarm(parts as never, () => {
    woken += 1;
  });
  alarm.set(clock.now() + 1000);
  alarm.set(clock.now() + 2000);
  expect(clock.timers).toBe(1);
  await clock.until(new Date(clock.now() + 5000).toISOString());
  expect(woken).toBe(1);
  alarm.set(clock.now() - 1000);
  alarm.set(undefined);
  expect(clock.timers).toBe(0);
});
