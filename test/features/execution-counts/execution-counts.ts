/**
 * Counts the executions of each tag: a feature in one folder, for whoever writes the next one.
 *
 *     execution begins, ends ──fact──▶ the counts of its tags, in the same commit ──▶ GET /api/v1/execution-counts
 *
 * Because a count is written in the commit of what it counts, it is right after any crash, and nothing is counted twice.
 * @module
 */
import { z } from 'zod';
import type { Fact } from '../../../src/engine/kernel/facts.js';
import type { Feature } from '../../../src/engine/kernel/feature.js';
import type { Kernel } from '../../../src/engine/kernel/kernel.js';
import { type Scope, sees } from '../../../src/engine/kernel/scope.js';
import type { Turn } from '../../../src/engine/kernel/turn.js';
import { RowMap } from '../../../src/engine/kernel/turn-memory.js';
import type { ServerAddition } from '../../../src/server.js';
import { type AnyTable, defineTable, type Table } from '../../../src/store/table.js';

/** Of one value of one tag. */
export interface ExecutionCount {
  team: string;
  tag: string;
  value: string;
  begun: number;
  succeeded: number;
  /** Ended without success. */
  failed: number;
}

const COUNTS: Table<ExecutionCount> = defineTable<ExecutionCount>({
  name: 'execution_counts',
  columns: {
    team: 'text',
    tag: 'text',
    value: 'text',
    begun: 'integer',
    succeeded: 'integer',
    failed: 'integer',
  },
  key: ['team', 'tag', 'value'],
  migrations: [
    `CREATE TABLE execution_counts (
       team TEXT NOT NULL,
       tag TEXT NOT NULL,
       value TEXT NOT NULL,
       begun BIGINT NOT NULL,
       succeeded BIGINT NOT NULL,
       failed BIGINT NOT NULL,
       PRIMARY KEY (team, tag, value)
     );`,
  ],
});

export class ExecutionCounts implements Feature {
  readonly name = 'execution counts';
  readonly tables: readonly AnyTable[] = [COUNTS];
  readonly #kernel: Kernel;
  readonly #counts: RowMap<ExecutionCount> = new RowMap(COUNTS);

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  open(): Promise<void> {
    return this.#counts.open(this.#kernel.store);
  }

  heard(turn: Turn, fact: Fact): void {
    if (fact.type !== 'ExecutionBegun' && fact.type !== 'ExecutionEnded') return;
    const { creation, state } = fact.execution;
    // Children of a distributed Map are its own affair.
    if (creation.mapRun) return;
    const { team, tags } = creation;
    for (const [tag, value] of Object.entries(tags)) {
      const none = { team, tag, value, begun: 0, succeeded: 0, failed: 0 };
      const count = { ...(this.#counts.get(team, tag, value) ?? none) };
      if (fact.type === 'ExecutionBegun') count.begun += 1;
      else if (state.header.status === 'SUCCEEDED') count.succeeded += 1;
      else count.failed += 1;
      this.#counts.put(turn, count);
    }
  }

  /** As the store has them. */
  list(scope: Scope): ExecutionCount[] {
    return [...this.#counts.values()]
      .map(({ team, tag, value }) => this.#counts.durable(team, tag, value))
      .filter((count) => count !== undefined)
      .filter(({ team }) => sees(scope, team));
  }
}

const answer = z.object({
  items: z.array(
    z.object({
      team: z.string(),
      tag: z.string(),
      value: z.string(),
      begun: z.number().int(),
      succeeded: z.number().int(),
      failed: z.number().int().describe('Ended without success'),
    }),
  ),
});

/** The feature with its route, for `startServer({ additions: [executionCounts()] })`. */
export function executionCounts(): ServerAddition {
  let counts: ExecutionCounts | undefined;
  return {
    feature(kernel) {
      counts = new ExecutionCounts(kernel);
      return counts;
    },
    routes(api) {
      api.get(
        '/execution-counts',
        { schema: { summary: 'Executions of each tag', response: { 200: answer } } },
        async (request) => ({ items: counts?.list(request.principal.scope) ?? [] }),
      );
    },
  };
}
