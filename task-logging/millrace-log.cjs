/**
 * Log lines with fields, in one call: each is a line of JSON on standard error, which Millrace keeps with the pipeline's tags.
 *
 *     const { log } = require(`${process.env.MILLRACE_LOGGING}/millrace-log.cjs`);   // in a shell task
 *     import { log } from 'millrace/log';                 // with millrace among the dependencies
 *
 *     log('read the file', { rows: 12 });
 *     log.warn('slow answer', { seconds: 3.4 });
 *
 * Needs nothing but Node.
 */
'use strict';

/** Longest line that Millrace keeps as JSON, in bytes; what is longer loses its fields, then the end of its message. */
const LIMIT = 8000;

function plain(_key, value) {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Error) return value.stack ?? String(value);
  return value;
}

function lineOf(level, message, fields) {
  let line;
  try {
    line = JSON.stringify({ ...fields, level, message: String(message) }, plain);
  } catch (error) {
    line = JSON.stringify({ level, message: String(message), fields: String(error) });
  }
  if (Buffer.byteLength(line) <= LIMIT) return line;
  return JSON.stringify({ level, message: String(message).slice(0, LIMIT / 12), truncated: true });
}

const writing = (level) => (message, fields) => {
  process.stderr.write(`${lineOf(level, message, fields)}\n`);
};

const log = Object.assign(writing('info'), {
  debug: writing('debug'),
  info: writing('info'),
  warn: writing('warn'),
  error: writing('error'),
});

module.exports = { log, lineOf };
