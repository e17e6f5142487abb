import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { logRecord, printable } from './log-lines.js';

describe('a structured line', () => {
  test.each([
    ['{"message":"a","level":"ERROR"}', 'error'],
    ['{"msg":"a","level":50}', 'error'],
    ['{"msg":"a","level":30}', 'info'],
    ['{"message":"a","severity":"Warning"}', 'warn'],
    ['{"message":"a","levelname":"CRITICAL"}', 'error'],
    ['{"message":"a","level":"TRACE"}', 'debug'],
  ])('%s is taken over with its level', (line, level) => {
    expect(logRecord(line, 'stdout', 5)).toEqual({ at: 5, stream: 'stdout', level, message: 'a' });
  });

  test('keeps a level that it does not know among its fields', () => {
    expect(logRecord('{"message":"a","level":"loud"}', 'stderr', 0)).toMatchObject({
      level: 'warn',
      fields: { level: 'loud' },
    });
  });

  test.each([
    '{"rows":3}',
    '{"message":5}',
    '{"message":"a"',
    '["message"]',
    `{"message":"a","deep":${'['.repeat(40)}${']'.repeat(40)}}`,
  ])('%s is text', (line) => {
    expect(logRecord(line, 'stdout', 0)).toEqual({
      at: 0,
      stream: 'stdout',
      level: 'info',
      message: line,
    });
  });

  test('brings no prototype with it', () => {
    const line = '{"message":"a","__proto__":{"isAdmin":true},"constructor":{"x":1}}';
    const { fields } = logRecord(line, 'stdout', 0);
    expect(Object.keys(fields ?? {})).toEqual(['constructor']);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });
});

describe('printable text', () => {
  test('shows what would move a cursor or turn the reading direction', () => {
    expect(printable('a\u001b[2J\r\n\u0000\u202e\u2066\u009b\tb')).toBe(
      'a\\u001b[2J\\u000d\\u000a\\u0000\\u202e\\u2066\\u009b\tb',
    );
  });

  test('has no half characters, and leaves whole ones alone', () => {
    expect(printable('\ud800 😀 Köln')).toBe('\\ud800 😀 Köln');
  });

  test('never holds a control character, whatever the line was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (line) => {
        const { message } = logRecord(line, 'stderr', 0);
        expect(message).not.toMatch(/[^\P{Cc}\t]|[\u202a-\u202e]/u);
      }),
    );
  });
});
