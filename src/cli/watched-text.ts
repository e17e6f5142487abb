/**
 * How what is watched in AWS looks in a terminal.
 * @module
 */
import colors from 'picocolors';
import type { WatchedRun, WatchedThing, WatchStanding } from '../api/watched.js';
import { money } from './money.js';
import { looks, moment, subjectName } from './monitoring-text.js';
import { printable, table } from './text.js';

const STATUS: { readonly [status: string]: string } = {
  ...{ SUCCEEDED: 'OK', FAILED: 'CRITICAL', TIMED_OUT: 'CRITICAL', ABORTED: 'CRITICAL' },
};

function statusText(status: string | undefined): string {
  if (status === undefined) return colors.dim('-');
  const tile = STATUS[status];
  return tile === undefined ? status : looks(tile).replace(tile, status);
}

/** @example watchedTable(found.items) */
export function watchedTable(items: readonly WatchedThing[]): string {
  return table(
    ['last', 'what', 'account', 'team', 'last run', 'by', 'seen until'],
    items.map(({ subject, account, team, lastStatus, lastRunAt, lastBy, lookedAt, ...one }) => [
      statusText(one.running > 0 ? 'RUNNING' : lastStatus),
      subjectName(subject),
      printable(account),
      team,
      lastRunAt === undefined ? '' : moment(lastRunAt),
      lastBy ?? '',
      one.blindSince === undefined
        ? lookedAt === undefined
          ? ''
          : `${moment(lookedAt)}${one.cutAt === undefined ? '' : ', not all'}`
        : colors.red(`not since ${moment(one.blindSince)}`),
    ]),
  );
}

/** @example runsTable(found.items) */
export function runsTable(items: readonly WatchedRun[]): string {
  const isPriced = items.some(({ cost }) => cost !== undefined);
  return table(
    ['status', 'ended', 'took', ...(isPriced ? ['cost'] : []), 'run', 'why'],
    items.map(({ status, id, attempt, startedAt, endedAt, cause, warning, ...one }) => [
      statusText(status),
      endedAt === undefined ? '' : moment(endedAt),
      startedAt === undefined || endedAt === undefined
        ? ''
        : `${Math.round((endedAt - startedAt) / 1000)} s`,
      ...(isPriced ? [costText(one)] : []),
      printable(attempt === 0 ? id : `${id} (redrive ${attempt})`),
      printable((cause ?? warning ?? '').slice(0, 100)),
    ]),
  );
}

function costText({ cost, currency = '', unpriced = [] }: Partial<WatchedRun>): string {
  if (cost === undefined) return '';
  const free = unpriced.length === 0 ? '' : ` (without a price: ${unpriced.join(', ')})`;
  return `${money(cost, currency)}${printable(free)}`;
}

/** @example blindTable(standing.blind) */
export function blindTable(items: WatchStanding['blind']): string {
  return table(
    ['cannot be seen', 'region', 'account', 'since', 'why'],
    items.map(({ kind, region, account, since, words }) => [
      colors.red(kind),
      region,
      printable(account),
      moment(since),
      printable(words),
    ]),
  );
}
