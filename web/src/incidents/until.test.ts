import { expect, test } from 'vitest';
import { choicesFrom, readMoment, writeMoment } from './until.js';

const EVENING = new Date(2026, 10, 29, 22, 15).getTime();

test('offers an hour, four hours, and nine o’clock of the next morning on the clock of the reader', () => {
  const [hour, four, morning] = choicesFrom(EVENING);
  expect(hour?.until).toBe(EVENING + 3_600_000);
  expect(four?.until).toBe(EVENING + 4 * 3_600_000);
  expect(new Date(morning?.until ?? 0)).toEqual(new Date(2026, 10, 30, 9));
});

test('means the next day just after midnight, and the first of the next month at its end', () => {
  const night = new Date(2026, 10, 30, 0, 5).getTime();
  expect(choicesFrom(night)[2]?.until).toBe(new Date(2026, 11, 1, 9).getTime());
});

test('reads what it writes, to the minute', () => {
  expect(readMoment(writeMoment(EVENING))).toBe(EVENING);
});

test.each(['', 'tomorrow', '2026-11-30', '2026-13-45T99:00'])('takes %j for no moment', (text) => {
  expect(readMoment(text)).toBeUndefined();
});
