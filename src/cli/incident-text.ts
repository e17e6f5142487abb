/**
 * How incidents, silences and rotations look in a terminal.
 * @module
 */
import colors from 'picocolors';
import type {
  DescribedIncident,
  Incident,
  IncidentMeans,
  OnCall,
  Silence,
} from '../api/incidents.js';
import { looks, moment } from './monitoring-text.js';
import { duration, firstLine, printable, table } from './text.js';

/** Incidents as a table. */
export function incidentTable(items: readonly Incident[]): string {
  return table(
    ['#', 'level', 'what', 'status', 'owner', 'since', 'folded', 'why'],
    items.map((one) => [
      String(one.number),
      looks(one.level === 'critical' ? 'CRITICAL' : 'WARNING'),
      firstLine(one.title, 50),
      stands(one),
      one.owner === undefined ? colors.red('nobody') : printable(one.owner),
      moment(one.since),
      one.folded === 0 ? '' : String(one.folded),
      firstLine(one.last.words, 60),
    ]),
  );
}

/** @example stands({ status: 'RESOLVED', since: 0, resolvedAt: 60_000 }) // 'resolved after 1 min' */
function stands({ status, since, resolvedAt, acknowledgedBy, snoozedUntil }: Incident): string {
  if (status === 'RESOLVED') return `resolved after ${duration((resolvedAt ?? since) - since)}`;
  if (snoozedUntil !== undefined) return `snoozed until ${moment(snoozedUntil)}`;
  if (status === 'ACKNOWLEDGED')
    return `acknowledged by ${printable(acknowledgedBy ?? 'somebody')}`;
  return colors.red('open');
}

/** One incident with all that there is to know of it. */
export function incidentPage(one: DescribedIncident): string {
  const { number, title, team, owner, ownerBecause, subject, last, causedBy } = one;
  const fact = (name: string, value: string): string => `  ${colors.dim(name.padEnd(10))} ${value}`;
  const lines = [
    `${colors.bold(`#${number} ${printable(title)}`)}  ${looks(one.level === 'critical' ? 'CRITICAL' : 'WARNING')}`,
    fact('stands', stands(one)),
    fact(
      'owner',
      `${owner === undefined ? colors.red('nobody') : printable(owner)} ${colors.dim(`(${printable(ownerBecause)})`)}`,
    ),
    fact('team', printable(team)),
    fact('since', moment(one.since)),
    fact('what', printable(`${subject.kind} ${subject.name}`)),
    ...(last.state === undefined ? [] : [fact('state', printable(last.state))]),
    fact('why', printable(last.words)),
    ...(last.execution === undefined
      ? []
      : [
          fact(
            'execution',
            `${last.execution}  ${colors.dim(`millrace redrive ${last.execution}`)}`,
          ),
        ]),
    ...(one.solved === undefined ? [] : [fact('solved', printable(one.solved))]),
    ...(causedBy === undefined
      ? []
      : [
          fact(
            'caused by',
            `#${causedBy.number} ${printable(causedBy.title ?? 'of another team')}`,
          ),
        ]),
  ];
  const part = (name: string, body: readonly string[]): void => {
    if (body.length > 0) lines.push('', colors.bold(name), ...body);
  };
  part(
    'Folded in',
    one.effects.map(
      (effect) => `  #${effect.number} ${printable(effect.title)}  ${stands(effect)}`,
    ),
  );
  part(
    'Timeline',
    one.changes.map(({ at, type, words, by }) => {
      const who = by === undefined ? '' : colors.dim(` (${printable(by)})`);
      return `  ${colors.dim(moment(at))}  ${type.padEnd(12)} ${firstLine(words, 120)}${who}`;
    }),
  );
  part(
    'Last lines of the failing state',
    one.log.map(({ text }) => `  ${colors.dim('│')} ${firstLine(text, 160)}`),
  );
  part(
    'Seen before',
    one.alike.map(({ number: earlier, openedAt, solved, lasted }) => {
      const end = solved === undefined ? 'still open' : firstLine(solved, 100);
      const took = lasted === undefined ? '' : `, after ${duration(lasted)}`;
      return `  #${earlier} ${moment(openedAt)}  ${end}${took}`;
    }),
  );
  return lines.join('\n');
}

/** Silences as a table. */
export function silenceTable(items: readonly Silence[]): string {
  return table(
    ['number', 'team', 'what', 'until', 'by', 'reason'],
    items.map(({ number, team, tags, pipeline, until, by, reason }) => [
      String(number),
      printable(team),
      printable(
        [
          ...(pipeline === undefined ? [] : [pipeline]),
          ...Object.entries(tags).map(([key, value]) => `${key}:${value}`),
        ].join(' ') || 'everything',
      ),
      moment(until),
      printable(by),
      firstLine(reason, 60),
    ]),
  );
}

/** Counts and means of teams as a table. */
export function meansTable(items: readonly IncidentMeans[]): string {
  return table(
    [
      'team',
      'opened',
      'reopened',
      'acknowledged',
      'resolved',
      'mean until acknowledged',
      'mean until over',
    ],
    items.map(({ team, opened, reopened, acknowledged, resolved, mtta, mttr }) => [
      printable(team),
      ...[opened, reopened, acknowledged, resolved].map(String),
      mtta === undefined ? '' : duration(mtta),
      mttr === undefined ? '' : duration(mttr),
    ]),
  );
}

/** Who is on call: each shift a line. */
export function onCallTable(items: readonly OnCall[]): string {
  return table(
    ['team', 'rotation', 'from', 'until', 'who'],
    items.flatMap(({ team, rotation, zone, shifts }) =>
      shifts.map(({ from, until, person }) => [
        printable(team),
        printable(rotation),
        moment(from, zone),
        moment(until, zone),
        person === undefined ? colors.red('nobody: a gap') : printable(person),
      ]),
    ),
  );
}
