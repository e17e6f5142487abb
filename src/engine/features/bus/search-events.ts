/**
 * Searches events in the one grammar (src/search), the newest first or in their order.
 *
 * Teams, a bus and moments are answered by an index; everything else is matched, at most 5,000 events a page. A page may be
 * short, or empty, and not the last one: then `next` goes on where it stopped.
 * @module
 */
import { foldedText } from '../../../search/folded-text.js';
import { textsIn } from '../../../search/json-texts.js';
import { matches } from '../../../search/matches.js';
import { narrowing } from '../../../search/narrowing.js';
import type { SearchQuery, SearchRecord } from '../../../search/query.js';
import type { EventRecord } from '../../kernel/bus-event.js';
import type { Page } from '../../kernel/pages.js';
import type { EventQuery } from './event-bus.js';

/** Events that a page looks through at most, and reads at a time. */
const LOOKED_THROUGH = 5_000;
const STEP = 500;

/**
 * One page of what a search finds; `next` is the number to go on from.
 * @param show events in their order when `after` is given, else the newest first
 * @example searchEvents((of) => bus.show(of), query, { limit: 100 })
 */
export async function searchEvents(
  show: (query: EventQuery) => Promise<EventRecord[]>,
  query: SearchQuery,
  { limit, after, below, ...of }: EventQuery,
): Promise<Page<EventRecord>> {
  const narrow = narrowing(query);
  const { from = 0, to = Number.POSITIVE_INFINITY } = narrow;
  const teams = teamsOf(of.teams, narrow.names.team);
  const isForwards = after !== undefined;
  const where = { ...of, ...(teams === undefined ? {} : { teams }) };
  const end = (items: EventRecord[], at: number | undefined): Page<EventRecord> =>
    isForwards ? { items, next: String(at ?? after) } : { items };
  let at = isForwards ? after : await startBelow(show, where, narrow.to, below);
  const items: EventRecord[] = [];
  for (let looked = 0; ; ) {
    const bounds = isForwards
      ? { after: at ?? 0, ...(below === undefined ? {} : { below }) }
      : at === undefined
        ? {}
        : { below: at };
    const rows = await show({ ...where, ...bounds, limit: STEP });
    for (const event of rows) {
      // Events are numbered as they come.
      if (isForwards ? event.storedAt > to : event.storedAt < from) return end(items, at);
      if (items.length === limit) return { items, next: String(at ?? 0) };
      at = event.number;
      if (matches(query, recordOf(event))) items.push(event);
    }
    looked += rows.length;
    if (rows.length < STEP) return end(items, at);
    if (looked >= LOOKED_THROUGH) return { items, next: String(at ?? 0) };
  }
}

/** Numbers below which no event came after a moment: found by halves. */
async function startBelow(
  show: (query: EventQuery) => Promise<EventRecord[]>,
  where: Pick<EventQuery, 'teams' | 'bus'>,
  until: number | undefined,
  below: number | undefined,
): Promise<number | undefined> {
  if (until === undefined) return below;
  const newestBelow = async (number: number | undefined): Promise<EventRecord | undefined> => {
    const bound = number === undefined ? {} : { below: number };
    return (await show({ ...where, ...bound, limit: 1 }))[0];
  };
  const newest = await newestBelow(below);
  if (newest === undefined || newest.storedAt <= until) return below;
  let [low, high] = [1, newest.number];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const found = await newestBelow(middle);
    if (found === undefined || found.storedAt <= until) low = middle;
    else high = found.number;
  }
  return high;
}

/** Those of the teams that are seen which are named; undefined: any. */
function teamsOf(
  seen: readonly string[] | undefined,
  named: readonly string[] | undefined,
): readonly string[] | undefined {
  if (seen === undefined || named === undefined) return seen;
  return seen.filter((team) => named.includes(foldedText(team)));
}

/** An event as a search sees it. Its time is when it came. */
function recordOf({
  id,
  bus,
  team,
  source,
  detailType,
  storedAt,
  envelope,
}: EventRecord): SearchRecord {
  const { account, region, resources, detail } = envelope as { readonly [name: string]: unknown };
  const text = (value: unknown): string | undefined =>
    typeof value === 'string' ? value : undefined;
  const named = Array.isArray(resources)
    ? resources.filter((one): one is string => typeof one === 'string')
    : undefined;
  return {
    tags: tagsIn(detail),
    values: {
      ...{ id, bus, team, source, type: detailType, time: storedAt },
      ...{ account: text(account), region: text(region), resource: named },
    },
    text: [source, detailType, id, ...textsIn(detail ?? null)],
    members: detail,
  };
}

/** Events of Millrace carry the tags of what they are about. */
function tagsIn(detail: unknown): { [tag: string]: string } {
  const tags = isObject(detail) ? detail.tags : undefined;
  if (!isObject(tags)) return {};
  return Object.fromEntries(
    Object.entries(tags).filter((tag): tag is [string, string] => typeof tag[1] === 'string'),
  );
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
