/**
 * `engine.costs`: what executions have cost, by team, pipeline and day.
 * @module
 */

import { parseSubjectKey, type Subject, subjectKey } from '../../../monitoring/subject.js';
import type { Kernel } from '../../kernel/kernel.js';
import { type Scope, teamsIn } from '../../kernel/scope.js';
import { COST_DAYS } from './cost-table.js';
import { DAY, dayOf } from './costs.js';

/** Money that was spent on something. */
export interface CostSum {
  readonly team: string;
  /** Absent: of all pipelines of the team, or of something that runs elsewhere. */
  readonly pipeline?: string;
  /** What runs elsewhere, and is only watched. */
  readonly subject?: Subject;
  /** Milliseconds since the epoch: the day's begin, in UTC. Absent: of all days. */
  readonly day?: number;
  readonly currency: string;
  readonly executions: number;
  readonly retries: number;
  /** Millionths of the currency. */
  readonly cost: number;
}

/** What costs are summed by; a day also by its pipeline. */
export type CostBy = 'team' | 'pipeline' | 'day';

export interface CostQuery {
  /** Milliseconds since the epoch; the day that it is in, in UTC. Default: 30 days before `to`. */
  readonly from?: number;
  /** The last day, included. Default: today. */
  readonly to?: number;
  /** Default: pipeline. */
  readonly by?: CostBy;
  readonly pipeline?: string;
}

export interface CostCalls {
  /** The dearest first; by day: the latest first. At most 400 days are looked at, the last ones. */
  list(scope: Scope, query?: CostQuery): Promise<CostSum[]>;
}

const USUAL_DAYS = 30;
const MOST_DAYS = 400;

export function costCalls({ reads, time }: Pick<Kernel, 'reads' | 'time'>): CostCalls {
  return {
    async list(scope, { from, to, by = 'pipeline', pipeline } = {}) {
      const last = dayOf(to ?? time.now());
      const first = Math.max(
        from === undefined ? last - USUAL_DAYS + 1 : dayOf(from),
        last - MOST_DAYS + 1,
      );
      const team = teamsIn(scope);
      const sums = new Map<string, CostSum>();
      for (let day = first; day <= last; day += 1) {
        const where = {
          day,
          ...(team === undefined ? {} : { team }),
          ...(pipeline === undefined ? {} : { pipeline }),
        };
        for (const row of await reads.listRows(COST_DAYS, { where })) {
          const of = {
            team: row.team,
            ...(by === 'team' ? {} : whatOf(row.pipeline)),
            ...(by === 'day' ? { day: row.day * DAY } : {}),
            currency: row.currency,
          };
          const key = JSON.stringify(of);
          const known = sums.get(key);
          sums.set(key, {
            ...of,
            executions: (known?.executions ?? 0) + row.executions,
            retries: (known?.retries ?? 0) + row.retries,
            cost: Math.min(Number.MAX_SAFE_INTEGER, (known?.cost ?? 0) + row.cost),
          });
        }
      }
      return [...sums.values()].sort(
        (a, b) =>
          (b.day ?? 0) - (a.day ?? 0) || b.cost - a.cost || (nameOf(a) < nameOf(b) ? -1 : 1),
      );
    },
  };
}

/** A pipeline, or what runs elsewhere: its key is written where a name is, and a name has no colon. */
function whatOf(name: string): Pick<CostSum, 'pipeline' | 'subject'> {
  const subject = name.includes(':') ? parseSubjectKey(name) : undefined;
  return subject === undefined ? { pipeline: name } : { subject };
}

function nameOf({ team, pipeline, subject }: CostSum): string {
  return `${team}/${pipeline ?? (subject === undefined ? '' : subjectKey(subject))}`;
}
