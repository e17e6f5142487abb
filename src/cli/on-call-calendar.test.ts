/**
 * On-call calendars as overrides: what repeats, what is changed, zones, whole days, and what is no shift.
 */
import { expect, it } from 'vitest';
import { readCalendar } from './on-call-calendar.js';

const WINDOW = {
  from: Date.parse('2026-11-01T00:00:00Z'),
  until: Date.parse('2026-12-01T00:00:00Z'),
  zone: 'Europe/Berlin',
};

function calendar(...events: string[]): string {
  const body = events.map(
    (event) => `BEGIN:VEVENT\r\nUID:${event.length}@x\r\n${event}\r\nEND:VEVENT`,
  );
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:x', ...body, 'END:VCALENDAR'].join('\r\n');
}

it('is a shift for each event, of its attendee or of whom the summary names', () => {
  const text = calendar(
    'SUMMARY:on call\r\nATTENDEE;CN=Ana Ruiz:mailto:ana@example.org\r\nDTSTART:20261102T080000Z\r\nDTEND:20261109T080000Z',
    'SUMMARY:Ben\r\nDTSTART:20261109T080000Z\r\nDTEND:20261116T080000Z',
  );
  expect(readCalendar(text, WINDOW)).toEqual({
    overrides: [
      { from: '2026-11-02T09:00', until: '2026-11-09T09:00', who: 'ana-ruiz' },
      { from: '2026-11-09T09:00', until: '2026-11-16T09:00', who: 'ben' },
    ],
    left: [],
  });
});

it('repeats as the calendar says, without what it leaves out, in its own zone over a change of the clocks', () => {
  const text = calendar(
    'SUMMARY:ana\r\nDTSTART;TZID=America/New_York:20261027T090000\r\nDTEND;TZID=America/New_York:20261028T090000\r\nRRULE:FREQ=WEEKLY;COUNT=4\r\nEXDATE;TZID=America/New_York:20261110T090000',
  );
  // 9 in New York is 15 in Berlin.
  expect(readCalendar(text, WINDOW).overrides).toEqual([
    { from: '2026-11-03T15:00', until: '2026-11-04T15:00', who: 'ana' },
    { from: '2026-11-17T15:00', until: '2026-11-18T15:00', who: 'ana' },
  ]);
});

it('takes whole days and times without a zone as those of the rotation', () => {
  const text = calendar(
    'SUMMARY:eva\r\nDTSTART;VALUE=DATE:20261124\r\nDTEND;VALUE=DATE:20261126',
    'SUMMARY:ben!\r\nDTSTART:20261126T090000\r\nDTEND:20261126T170000',
  );
  expect(readCalendar(text, WINDOW).overrides).toEqual([
    { from: '2026-11-24T00:00', until: '2026-11-26T00:00', who: 'eva' },
    { from: '2026-11-26T09:00', until: '2026-11-26T17:00', who: 'ben' },
  ]);
});

it('says what it does not take, and refuses what is no calendar', () => {
  const text = calendar('DTSTART:20261102T080000Z\r\nDTEND:20261103T080000Z');
  expect(readCalendar(text, WINDOW)).toEqual({
    overrides: [],
    left: ['an event of 2026-11-02T08:00:00Z names nobody'],
  });
  expect(() => readCalendar('hello', WINDOW)).toThrow();
});

it('ends with an event that repeats for ever', () => {
  const text = calendar(
    'SUMMARY:ana\r\nDTSTART:20261101T000000Z\r\nDTEND:20261101T000100Z\r\nRRULE:FREQ=MINUTELY',
  );
  expect(readCalendar(text, WINDOW).overrides).toHaveLength(1_000);
});
