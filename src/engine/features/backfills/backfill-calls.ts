/**
 * `engine.backfills`: plan, start, list, look into and stop backfills.
 * @module
 */
import type { DurableRequest } from '../../kernel/durable-request.js';
import { EngineError } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { fromCursor, limitOf, type Page, toCursor } from '../../kernel/pages.js';
import { type Scope, sees, teamsIn } from '../../kernel/scope.js';
import type { BackfillPlan, BackfillRequest } from './backfill-plan.js';
import { BACKFILLS, type BackfillRecord, fromRow } from './backfill-table.js';
import type { Backfills, StartBackfill } from './backfills.js';
import {
  type Backfill,
  type BackfillDetail,
  detailOf,
  type ListBackfills,
  summaryOf,
} from './describe-backfill.js';

/** `id` is everywhere its number, or `latest`. */
export interface BackfillCalls {
  /** What a backfill would start; nothing is changed. Throws PipelineNotFound, PipelineAmbiguous, InvalidBackfill. */
  plan(scope: Scope, request: BackfillRequest): Promise<BackfillPlan>;
  /** Plans it and runs exactly that. Throws BackfillPlanChanged when another plan was meant. */
  start(scope: Scope, request: StartBackfill): Promise<BackfillDetail>;
  /** Starts no more of it; what runs goes on. Throws BackfillNotFound and BackfillNotRunning. */
  stop(scope: Scope, id: string): Promise<BackfillDetail>;
  /** Throws BackfillNotFound. */
  describe(scope: Scope, id: string): Promise<BackfillDetail>;
  /** The newest first. */
  list(scope: Scope, filter?: ListBackfills): Promise<Page<Backfill>>;
}

export function backfillCalls(
  { store, reads }: Pick<Kernel, 'store' | 'reads'>,
  backfills: Backfills,
  request: DurableRequest,
): BackfillCalls {
  async function find(scope: Scope, id: string): Promise<BackfillRecord> {
    const named = id === 'latest' ? (await list(scope, { limit: 1 })).items[0]?.id : id;
    const number = /^\d{1,15}$/.test(named ?? '') ? Number(named) : 0;
    const row = await store.findRow(BACKFILLS, [number]);
    if (row && sees(scope, row.team)) return fromRow(row);
    throw new EngineError('BackfillNotFound', { backfill: id.slice(0, 100) });
  }

  async function list(
    scope: Scope,
    { pipeline, limit, cursor }: ListBackfills = {},
  ): Promise<Page<Backfill>> {
    const most = limitOf(limit);
    const [below] = cursor === undefined ? [] : fromCursor('backfills', cursor, 1);
    const teams = teamsIn(scope);
    const rows = await reads.listRows(BACKFILLS, {
      where: {
        ...(pipeline === undefined ? {} : { pipeline }),
        ...(teams === undefined ? {} : { team: teams }),
      },
      ...(below === undefined ? {} : { below: { number: below } }),
      order: { by: ['number'], down: true },
      limit: most + 1,
    });
    const records = rows.map(fromRow);
    const page = records.slice(0, most);
    const last = page.at(-1);
    return {
      items: page.map(summaryOf),
      ...(records.length > most && last ? { next: toCursor('backfills', [last.number]) } : {}),
    };
  }

  return {
    plan: (scope, wanted) => backfills.plan(scope, wanted),
    async start(scope, wanted) {
      const plan = await backfills.plan(scope, wanted);
      const number = await request<number>((settle) =>
        backfills.startInput(scope, wanted, plan, settle),
      );
      return detailOf(await find(scope, String(number)));
    },
    async stop(scope, id) {
      const { number } = await find(scope, id);
      await request<void>((settle) => backfills.stopInput(number, settle));
      return detailOf(await find(scope, String(number)));
    },
    describe: async (scope, id) => detailOf(await find(scope, id)),
    list,
  };
}
