/**
 * Table `cost_days`: what the executions of a pipeline that ended on one day cost together, or the runs of something elsewhere that
 * were told on it.
 * @module
 */
import { defineTable, type Table } from '../../../store/table.js';

export interface CostDay {
  /** Days since the epoch, in UTC. */
  day: number;
  team: string;
  /** Its name; of what runs elsewhere its `subjectKey`, which holds a colon, as no name of a pipeline does. */
  pipeline: string;
  currency: string;
  executions: number;
  retries: number;
  /** Millionths of the currency. */
  cost: number;
}

export const COST_DAYS: Table<CostDay> = defineTable<CostDay>({
  name: 'cost_days',
  columns: {
    day: 'integer',
    team: 'text',
    pipeline: 'text',
    currency: 'text',
    executions: 'integer',
    retries: 'integer',
    cost: 'integer',
  },
  // By the day first: a question is about some days.
  key: ['day', 'team', 'pipeline', 'currency'],
  migrations: [
    `CREATE TABLE cost_days (
       day INTEGER NOT NULL, team TEXT NOT NULL, pipeline TEXT NOT NULL, currency TEXT NOT NULL,
       executions BIGINT NOT NULL, retries BIGINT NOT NULL, cost BIGINT NOT NULL,
       PRIMARY KEY (day, team, pipeline, currency)
     );`,
  ],
});
