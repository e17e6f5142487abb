/**
 * The server's own log: lines of JSON for people, written at once, without secrets.
 *
 * What is masked is the whole line, so an error of a library that repeats an address or a header tells nothing either.
 * @module
 */
import { type Logger, pino } from 'pino';
import type { SecretRegistry } from './secret-registry.js';

/** @param file where it goes; its folder is created */
export function openServerLog(file: string, secrets: SecretRegistry): Logger {
  const destination = pino.destination({ dest: file, mkdir: true, sync: true });
  return pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line: string) => void destination.write(masked(line, secrets)) },
  );
}

function masked(line: string, secrets: SecretRegistry): string {
  const given = JSON.parse(line) as object;
  const shown = secrets.json(given);
  return shown === given ? line : `${JSON.stringify(shown)}\n`;
}
