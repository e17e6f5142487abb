/**
 * What a digest tells of incidents besides where they stand: since when they are put off, and how fast they were taken.
 * @module
 */
import type { Incident } from '../../../monitoring/incidents/incident.js';
import type { Kernel } from '../../kernel/kernel.js';
import { type Scope, teamsIn } from '../../kernel/scope.js';
import { INCIDENT_CHANGES, INCIDENT_DAYS } from './incident-tables.js';

const DAY = 86_400_000;
/** Changes of one that are looked through, the newest. */
const MOST_CHANGES = 500;
/** Incidents that are looked at. */
const MOST_INCIDENTS = 200;

/**
 * Since when incidents are put off without a pause, by number; of those that are put off now.
 * @example (await snoozedSince(kernel, incidents.live())).get(42)
 */
export async function snoozedSince(
  { reads }: Pick<Kernel, 'reads'>,
  incidents: readonly Incident[],
): Promise<Map<number, number>> {
  const since = new Map<number, number>();
  const put = incidents.filter(({ snoozedUntil }) => snoozedUntil !== undefined);
  for (const { number, openedAt } of put.slice(0, MOST_INCIDENTS)) {
    const changes = await reads.listRows(INCIDENT_CHANGES, {
      where: { incident: number },
      order: { by: ['number'], down: true },
      limit: MOST_CHANGES,
    });
    let first: number | undefined;
    for (const { type, at } of changes) {
      if (type === 'WOKEN' || type === 'OPENED' || type === 'REOPENED') break;
      if (type === 'SNOOZED') first = at;
    }
    since.set(number, first ?? openedAt);
  }
  return since;
}

/** Sums and means of the days, in UTC, that a window touches. */
export async function meansBetween(
  { reads }: Pick<Kernel, 'reads'>,
  scope: Scope,
  { from, to }: { from: number; to: number },
): Promise<{ opened: number; resolved: number; mtta?: number; mttr?: number }> {
  const teams = teamsIn(scope);
  const rows = await reads.listRows(INCIDENT_DAYS, {
    ...(teams === undefined ? {} : { where: { team: teams } }),
    above: { day: Math.floor(from / DAY) - 1 },
  });
  const sum = { opened: 0, resolved: 0, acknowledged: 0, toAcknowledge: 0, toResolve: 0 };
  for (const row of rows) {
    if (row.day * DAY >= to) continue;
    for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += row[name];
  }
  const { opened, resolved, acknowledged, toAcknowledge, toResolve } = sum;
  return {
    opened,
    resolved,
    ...(acknowledged === 0 ? {} : { mtta: Math.round(toAcknowledge / acknowledged) }),
    ...(resolved === 0 ? {} : { mttr: Math.round(toResolve / resolved) }),
  };
}
