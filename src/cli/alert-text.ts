/**
 * How monitors, alerts and back-tests look in a terminal.
 * @module
 */
import colors from 'picocolors';
import type { Alert, BackTest, DescribedAlert, Monitor } from '../api/monitors.js';
import { looks, moment } from './monitoring-text.js';
import { duration, firstLine, printable, table } from './text.js';

/** Monitors as a table. */
export function monitorTable(items: readonly Monitor[]): string {
  return table(
    ['monitor', 'team', 'watches', 'groups', 'open', 'declared in'],
    items.map(({ name, team, definition, groups, open, file, problem }) => [
      printable(name),
      printable(team),
      problem === undefined
        ? watched(definition)
        : colors.red(`does not act: ${printable(problem)}`),
      String(groups),
      open === 0 ? '0' : colors.red(String(open)),
      file === undefined ? '' : printable(file),
    ]),
  );
}

/** @example watched({ scope: { include: ['county'] }, groupBy: 'county' }) // 'checks with county, by county' */
function watched({ on = 'checks', scope = {}, groupBy = [] }: Monitor['definition']): string {
  const { include = [], exclude = [] } = scope as { include?: string[]; exclude?: string[] };
  const by = [groupBy].flat().map(String);
  return printable(
    [
      String(on),
      include.length === 0 ? '' : ` with ${include.join(', ')}`,
      exclude.length === 0 ? '' : ` without ${exclude.join(', ')}`,
      by.length === 0 ? '' : `, by ${by.join(', ')}`,
    ].join(''),
  );
}

/** Alerts as a table. */
export function alertTable(items: readonly Alert[]): string {
  return table(
    ['number', 'level', 'what', 'monitor', 'since', 'stands', 'why'],
    items.map(({ number, level, name, monitor, openedAt, endedAt, status, words }) => [
      String(number),
      looks(level),
      firstLine(name, 60),
      printable(monitor),
      moment(openedAt),
      endedAt === undefined
        ? 'open'
        : `${status.toLowerCase()} after ${duration(endedAt - openedAt)}`,
      firstLine(words, 80),
    ]),
  );
}

/** What became of an alert, a line a change. */
export function changeLines({ changes }: DescribedAlert): string {
  return changes
    .map(({ at, type, level, notify, mutedUntil, words }) => {
      const held = mutedUntil === undefined ? '' : ` until ${moment(mutedUntil)}`;
      const silent = notify ? '' : colors.dim(` (not told${held})`);
      return `  ${colors.dim(moment(at))}  ${type} ${looks(level)}  ${firstLine(words, 120)}${silent}`;
    })
    .join('\n');
}

/** Firings of a back-test as a table. */
export function firingTable(firings: BackTest['firings']): string {
  return table(
    ['at', 'level', 'what', 'lasted', 'told'],
    firings.map(({ openedAt, endedAt, level, group, isTold }) => [
      moment(openedAt),
      looks(level),
      firstLine(group, 60),
      endedAt === undefined ? 'still open' : duration(endedAt - openedAt),
      isTold ? 'yes' : 'muted',
    ]),
  );
}
