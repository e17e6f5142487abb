/**
 * What people read of a job: in the log of its execution, and in causes.
 * @module
 */
import type { JsonObject } from '../../../asl/json.js';
import type { LogRecord } from '../../../connectors/connector.js';
import type { RemoteJob, RemoteLink } from '../../../connectors/remote-tasks.js';

/** Links of a job, at most, and letters of each. */
const MOST_LINKS = 10;
const LONGEST = 2_000;

/** A line that Millrace itself writes about a job. */
export function systemLine(
  at: number,
  message: string,
  level: LogRecord['level'] = 'info',
  fields?: JsonObject,
): LogRecord {
  return { at, stream: 'system', level, message, ...(fields === undefined ? {} : { fields }) };
}

/**
 * Where a job is.
 * @example jobWords({ kind: 'batch:submitJob.sync', id: '7f2c', place: { account: 'lake', region: 'eu-central-1' } })
 * // 'batch:submitJob.sync 7f2c in lake, eu-central-1'
 */
export function jobWords({ kind, id, place }: RemoteJob): string {
  const { account, region } = place;
  const where = [account, region].filter((part) => typeof part === 'string').join(', ');
  return `${kind} ${id}${where === '' ? '' : ` in ${where}`}`;
}

/** Lines about a job that was submitted. */
export function submittedLines(
  at: number,
  job: RemoteJob,
  links: readonly RemoteLink[],
): LogRecord[] {
  return [
    systemLine(at, `Submitted: ${jobWords(job)}.`, 'info', { job: job.id }),
    ...linkLines(at, links),
  ];
}

/** One line a link. */
export function linkLines(at: number, links: readonly RemoteLink[]): LogRecord[] {
  return links
    .slice(0, MOST_LINKS)
    .map(({ name, url }) =>
      systemLine(at, `${name}: ${url.slice(0, LONGEST)}`, 'info', { link: name }),
    );
}

/** Links as a row keeps them; those that are known already stay when nothing else is said. */
export function linksOf(
  known: JsonObject | undefined,
  links: readonly RemoteLink[] | undefined,
): JsonObject | undefined {
  if (links === undefined || links.length === 0) return known;
  const shown = links.slice(0, MOST_LINKS).map(({ name, url }) => [name, url.slice(0, LONGEST)]);
  return { ...known, ...(Object.fromEntries(shown) as JsonObject) };
}

/** Links that are new. */
export function newLinks(
  known: JsonObject | undefined,
  links: readonly RemoteLink[] | undefined,
): RemoteLink[] {
  return (links ?? []).filter(({ name, url }) => known?.[name] !== url.slice(0, LONGEST));
}
