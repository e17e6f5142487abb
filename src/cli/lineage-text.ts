/**
 * Lineage on a terminal.
 * @module
 */
import colors from 'picocolors';
import type { Lineage, LineageNode, VersionRepair } from '../api/lineage.js';
import { printable, table, time } from './text.js';

type Use = NonNullable<LineageNode['columns']>['rows'][number];

/** `parcels/example@…`, or the namespace and name of data of others. */
export function nodeName({ name, version, namespace }: LineageNode): string {
  const whole = namespace === undefined ? name : `${namespace} ${name}`;
  return printable(version === undefined ? whole : `${whole}@${version}`);
}

/** One line for each node, indented by its hops. */
export function lineageText(lineage: Lineage): string {
  const { nodes, edges, direction } = lineage;
  const jobs = new Map(
    edges.flatMap(({ output, input, job }) =>
      job === undefined ? [] : [[direction === 'up' ? input : output, job.name] as const],
    ),
  );
  const rows = nodes.map((node) => [
    `${'  '.repeat(node.hop)}${nodeName(node)}`,
    printable(node.team),
    printable(node.pipeline ?? jobs.get(node.id) ?? ''),
    time(node.at),
    stateOf(node),
    node.rows === undefined ? '' : String(node.rows),
  ]);
  return table(['version', 'team', 'pipeline or job', 'written', '', 'rows'], rows);
}

function stateOf({ provider, state, isCurrent }: LineageNode): string {
  if (provider === 'openlineage') return colors.dim('told');
  if (isCurrent === true) return colors.green('current');
  return state === 'rejected' ? colors.red('rejected') : colors.dim(state ?? '');
}

/** What the columns of one node were made of. */
export function columnsText(node: LineageNode): string {
  const { columns } = node;
  if (columns === undefined) return `${nodeName(node)}: nothing is known of its columns`;
  const rows = columns.columns.map(({ name, from, unknown }) => [
    printable(name),
    usesText(from),
    unknown === undefined ? '' : colors.yellow(printable(unknown)),
  ]);
  const decided = columns.rows.length === 0 ? [] : [`rows: ${usesText(columns.rows)}`];
  const why = columns.unknown === undefined ? [] : [colors.yellow(printable(columns.unknown))];
  return [
    nodeName(node),
    ...(rows.length === 0 ? [] : [table(['column', 'made of', ''], rows)]),
    ...decided,
    ...why,
  ].join('\n');
}

/** Inputs that are told of one column. */
const MOST_USES = 8;

function usesText(uses: readonly Use[]): string {
  const told = uses.slice(0, MOST_USES).map(({ source, column, how }) => {
    const from = `${source.replace(/^dataset:[^:]+:|^file:/, '')}.${column}`;
    return how === 'identity' ? from : `${from} (${how})`;
  });
  const more = uses.length > MOST_USES ? [`and ${uses.length - MOST_USES} more`] : [];
  return printable([...told, ...more].join(', ')) || '–';
}

/** What a bad version touched, and what to do. */
export function repairText({ version, steps, touched, replaced }: VersionRepair): string {
  const rows = steps.map(({ action, team, dataset, reason, command }, at) => [
    String(at + 1),
    action,
    printable(team),
    printable(dataset),
    printable(reason),
    printable(command ?? ''),
  ]);
  const summary =
    touched === 0
      ? `${nodeName(version)} has touched nothing`
      : `${nodeName(version)} has touched ${touched}, of which ${replaced} are replaced already`;
  return `${summary}\n\n${table(['', 'do', 'team', 'dataset', 'because', 'command'], rows)}`;
}
