import { describe, expect, it } from 'vitest';
import {
  checkPutEvents,
  entrySize,
  MAX_REQUEST_SIZE,
  type PutEventsEntry,
  toEvent,
} from './envelope.js';

const ENTRY: PutEventsEntry = { Source: 'shop', DetailType: 'Order', Detail: '{"id":7}' };
const ORIGIN = {
  id: 'e-1',
  account: '123456789012',
  region: 'eu-central-1',
  now: '2026-01-02T03:04:05Z',
};

describe('an entry of PutEvents', () => {
  it('becomes an event with the envelope of EventBridge', () => {
    expect(toEvent(ENTRY, ORIGIN)).toEqual({
      event: {
        version: '0',
        id: 'e-1',
        'detail-type': 'Order',
        source: 'shop',
        account: '123456789012',
        time: '2026-01-02T03:04:05Z',
        region: 'eu-central-1',
        resources: [],
        detail: { id: 7 },
      },
    });
  });

  it('says its own time and resources', () => {
    const entry = { ...ENTRY, Time: '2025-12-31T23:59:59.750Z', Resources: ['r'] };
    expect(toEvent(entry, ORIGIN)).toMatchObject({
      event: { time: '2025-12-31T23:59:59Z', resources: ['r'] },
    });
    expect(toEvent({ ...ENTRY, Time: 'yesterday' }, ORIGIN)).toMatchObject({
      error: {
        code: 'InvalidArgument',
        message: expect.stringMatching(/^Parameter Time is not valid/),
      },
    });
  });

  it.each(['Source', 'DetailType', 'Detail'])('needs %s', (name) => {
    for (const value of [undefined, '']) {
      expect(toEvent({ ...ENTRY, [name]: value }, ORIGIN)).toEqual({
        error: {
          code: 'InvalidArgument',
          message: `Parameter ${name} is not valid. Reason: ${name} is a required argument.`,
        },
      });
    }
  });

  it('needs a JSON object that nests at most 1100 levels as its detail', () => {
    const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    const texts = ['x', '[]', '7', 'null', '{"a":1', nested(1101), '['.repeat(100_000)];
    for (const Detail of texts) {
      expect(toEvent({ ...ENTRY, Detail }, ORIGIN)).toEqual({
        error: { code: 'MalformedDetail', message: 'Detail is malformed.' },
      });
    }
    expect(toEvent({ ...ENTRY, Detail: nested(1100) }, ORIGIN)).toHaveProperty('event');
    const brackets = JSON.stringify({ a: `\\"${'{['.repeat(2000)}` });
    expect(toEvent({ ...ENTRY, Detail: brackets }, ORIGIN)).toHaveProperty('event');
  });

  it('cannot pretend to come from AWS', () => {
    expect(toEvent({ ...ENTRY, Source: 'aws.s3' }, ORIGIN)).toMatchObject({
      error: { code: 'NotAuthorizedForSourceException' },
    });
    expect(toEvent({ ...ENTRY, Source: 'awsome' }, ORIGIN)).toHaveProperty('event');
  });
});

describe('a request of PutEvents', () => {
  it('has one to ten entries', () => {
    expect(checkPutEvents([ENTRY])).toBeUndefined();
    expect(checkPutEvents(Array(10).fill(ENTRY))).toBeUndefined();
    expect(checkPutEvents(Array(11).fill(ENTRY))?.message).toMatch(
      /^1 validation error detected: Value '\[PutEventsRequestEntry\(time=null, source=shop, .*less than or equal to 10$/,
    );
    expect(checkPutEvents([])?.message).toMatch(/greater than or equal to 1$/);
  });

  it('counts 14 bytes for a time and the UTF-8 of all texts', () => {
    expect(entrySize({ ...ENTRY, Time: '2026-01-02T03:04:05Z', Resources: ['ü', '€', '🚀'] })).toBe(
      4 + 5 + 8 + 14 + 2 + 3 + 4,
    );
  });

  it('is at most 256 KiB with all its entries', () => {
    const rest = entrySize({ ...ENTRY, Detail: '' });
    const fits = { ...ENTRY, Detail: 'x'.repeat(MAX_REQUEST_SIZE - rest) };
    expect(checkPutEvents([fits])).toBeUndefined();
    expect(checkPutEvents([fits, ENTRY])).toEqual({
      code: 'ValidationException',
      message: 'Total size of the entries in the request is over the limit.',
    });
  });
});
