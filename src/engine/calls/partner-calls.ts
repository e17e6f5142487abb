/**
 * `engine.partners`: what partners have delivered to pipelines that wait for all of them, partner by partner and interval by interval.
 *
 * It costs what it shows: of each pipeline of a page the intervals that are asked for, and of its partners those of the page.
 * @module
 */
import type { PartnerCell } from '../../events/arrivals/partner-board.js';
import type { PartnerBoard } from '../features/files/arrival-watch.js';
import type { FileArrivals } from '../features/files/file-arrivals.js';
import { EngineError } from '../kernel/errors.js';
import { fromTextCursor, limitOf, type Page, toTextCursor } from '../kernel/pages.js';
import { type Scope, sees } from '../kernel/scope.js';

/** One partner of a pipeline, its intervals the earliest first. */
export interface PartnerRow {
  readonly team: string;
  readonly pipeline: string;
  readonly partner: string;
  readonly cells: readonly PartnerCell[];
}

/** A pipeline of which there are rows on the page. */
export interface AwaitingPipeline extends Omit<PartnerBoard, 'partners' | 'cells' | 'intervals'> {
  readonly team: string;
  readonly pipeline: string;
  /** In its list. */
  readonly partners: number;
  readonly intervals: readonly PartnerBoard['intervals'][number][];
}

export interface PartnerQuery {
  /** Words that partner or pipeline have in their names. */
  readonly q?: string;
  /** The day or the hour with which the last interval ends. Default: the present one. */
  readonly until?: string;
  /** Intervals. Default: 14; at most 62. */
  readonly count?: number;
  readonly limit?: number;
  readonly cursor?: string;
}

export interface PartnerCalls {
  /** @throws EngineError InvalidPage */
  list(
    scope: Scope,
    query?: PartnerQuery,
  ): Promise<Page<PartnerRow> & { readonly pipelines: readonly AwaitingPipeline[] }>;
}

const COUNT = 14;
const MOST_COUNT = 62;
const CURSOR = 'partners';
/** Pipelines that one page looks at: each costs a read for every interval. */
const MOST_PIPELINES = 50;

export function partnerCalls(
  files: Pick<FileArrivals, 'awaiting' | 'boardOf'> | undefined,
): PartnerCalls {
  return {
    async list(scope, { q = '', until, count: wanted = COUNT, ...page } = {}) {
      const limit = limitOf(page.limit);
      const count = Math.max(1, Math.min(MOST_COUNT, wanted));
      const words = q.toLowerCase().split(/\s+/).filter(Boolean);
      const from = page.cursor === undefined ? undefined : positionIn(page.cursor);
      const all = (files?.awaiting() ?? []).filter((one) => sees(scope, one.team));
      const begin = from === undefined ? 0 : all.findIndex((one) => !isBefore(one, from));
      const items: PartnerRow[] = [];
      const pipelines: AwaitingPipeline[] = [];
      let looked = 0;
      for (const ref of begin < 0 ? [] : all.slice(begin)) {
        const isFirst = from !== undefined && ref.team === from.team && ref.name === from.name;
        const offset = isFirst ? from.offset : 0;
        const rest = limit - items.length;
        const next = (at: number): string => toTextCursor(CURSOR, [ref.team, ref.name, String(at)]);
        if (rest === 0 || looked === MOST_PIPELINES)
          return { items, pipelines, next: next(offset) };
        looked += 1;
        const board = await files?.boardOf(ref, count, until);
        if (board === undefined) {
          if (until === undefined) continue;
          throw new EngineError('InvalidPage', { problem: `no day or hour ${until}` });
        }
        const { partners, cells, ...told } = board;
        const fitting = partners.filter((partner) => fits(words, `${ref.name} ${partner}`));
        const shown = fitting.slice(offset, offset + rest);
        // A list that cannot be read has no partner: the pipeline is told, with what is wrong.
        const isTold = partners.length === 0 && fits(words, ref.name);
        if (shown.length === 0 && !isTold) continue;
        pipelines.push({ ...told, team: ref.team, pipeline: ref.name, partners: partners.length });
        items.push(
          ...shown.map((partner) => ({
            ...{ team: ref.team, pipeline: ref.name, partner, cells: cells(partner) },
          })),
        );
        const at = offset + shown.length;
        if (at < fitting.length) return { items, pipelines, next: next(at) };
      }
      return { items, pipelines };
    },
  };
}

interface Position {
  readonly team: string;
  readonly name: string;
  readonly offset: number;
}

function positionIn(cursor: string): Position {
  const [team = '', name = '', at = ''] = fromTextCursor(CURSOR, cursor, 3);
  if (!/^\d{1,9}$/.test(at)) {
    throw new EngineError('InvalidPage', { problem: 'a cursor that is not of this list' });
  }
  return { team, name, offset: Number(at) };
}

function isBefore(one: { team: string; name: string }, { team, name }: Position): boolean {
  return one.team < team || (one.team === team && one.name < name);
}

function fits(words: readonly string[], text: string): boolean {
  const lower = text.toLowerCase();
  return words.every((word) => lower.includes(word));
}
