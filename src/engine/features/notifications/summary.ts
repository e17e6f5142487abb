/**
 * Many messages told as one: how many of what, the newest of them, and where the rest is read.
 * @module
 */
import type { Message, MessageLevel, MessageLink } from '../../../channels/message.js';
import type { DeliveryRow } from './notification-tables.js';

/** Messages that are named in it. */
const NAMED = 10;
const WORST_FIRST: readonly MessageLevel[] = ['critical', 'warning', 'info', 'good'];

/**
 * One message in the place of many.
 * @param rows of one channel and address, in their order; at least one
 * @param url where people reach this server
 * @example summaryOf(rows, 'https://millrace.example').title // '42 messages: 30 critical, 12 good'
 */
export function summaryOf(
  rows: readonly [DeliveryRow, ...DeliveryRow[]],
  url: string | undefined,
): Message {
  const [first] = rows;
  const last = rows.at(-1) ?? first;
  const levels = counted(rows.map(({ level }) => level));
  const told = WORST_FIRST.flatMap((level) => {
    const count = levels.get(level);
    return count === undefined ? [] : [`${count} ${level}`];
  });
  const newest = rows.slice(-NAMED).toReversed();
  const left = rows.length - newest.length;
  const links: MessageLink[] = [];
  const seen = new Set<string>();
  for (const { message } of newest) {
    const [link] = message.links;
    if (link === undefined || seen.has(link.url)) continue;
    seen.add(link.url);
    links.push({ name: message.title, url: link.url });
  }
  const all = url === undefined ? [] : [{ name: 'All of them', url: `${url}/` }];
  return {
    key: `summary-${first.number}-${last.number}`,
    thread: `summary-${first.number}-${last.number}`,
    kind: 'summary',
    level: WORST_FIRST.find((level) => levels.has(level)) ?? 'info',
    team: first.team,
    at: last.message.at,
    title: `${rows.length} messages: ${told.join(', ')}`,
    text: [
      ...newest.map(({ message }) => `• ${message.title}`),
      ...(left > 0 ? [`and ${left} more`] : []),
    ].join('\n'),
    facts: [...counted(rows.map(({ kind }) => kind))].map(([kind, count]) => ({
      name: kind,
      value: String(count),
    })),
    links: [...all, ...links],
    actions: [],
    tags: {},
  };
}

function counted<Value>(values: readonly Value[]): Map<Value, number> {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
