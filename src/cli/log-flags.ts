/**
 * Flags of `millrace up` about log records: names of their members, and where their links lead.
 * @module
 */
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';

/** Members of a record that may have another name; `engine/features/logs/log-record.ts` says what each is. */
const MEMBERS = [
  ...['time', 'level', 'message', 'execution', 'pipeline', 'link', 'state', 'attempt'],
  ...['started', 'team', 'stream'],
];

/**
 * @throws CommandFailure
 * @example logNamesOf(['pipeline=job', 'link=']) // { pipeline: 'job', link: '' }
 */
export function logNamesOf(texts: readonly string[]): { [member: string]: string } {
  return Object.fromEntries(
    texts
      .flatMap((text) => text.split(','))
      .map((text) => {
        const at = text.indexOf('=');
        const member = text.slice(0, Math.max(0, at)).trim();
        if (at > 0 && MEMBERS.includes(member)) return [member, text.slice(at + 1).trim()];
        throw new CommandFailure(`'${text}' names no member of a log record.`, {
          exitCode: EXIT.usage,
          code: 'MILL5123',
          fix: `Write MEMBER=NAME, as in pipeline=job. Members: ${MEMBERS.join(', ')}.`,
        });
      }),
  );
}

/** @throws CommandFailure */
export function publicUrlOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.href.replace(/\/$/, '');
  throw new CommandFailure(`'${text}' is no address of a server.`, {
    exitCode: EXIT.usage,
    code: 'MILL5124',
    fix: 'Give an http or https address, such as https://millrace.example.',
  });
}
