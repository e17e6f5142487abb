/**
 * What a box of lineage is called, for the picture, the table beside it and screen readers.
 * @module
 */
import type { LineageBox, LineageNode } from '../api/types.js';
import { formatAmount } from '../format/amount.js';

type Data = Extract<LineageBox, { kind: 'data' }>['node'];
type Job = Extract<LineageBox, { kind: 'job' }>['job'];

/** What became of data, in one word or two. */
export function stateWord({
  provider,
  isCurrent,
  state,
}: Pick<LineageNode, 'provider' | 'isCurrent' | 'state'>): string {
  if (provider === 'openlineage') return 'of others';
  if (isCurrent === true) return 'current';
  if (state === 'shadow') return 'of a test run';
  return state === 'published' ? 'was current' : (state ?? '');
}

/** The line below a name. */
export function belowName(node: Data): string {
  const rows = node.rows === undefined ? [] : [`${formatAmount(node.rows)} rows`];
  const place = node.namespace ?? node.interval;
  return [stateWord(node), ...rows, ...(place === undefined ? [] : [place])].join(' · ');
}

/** @example moreWords({ count: 40, isAtLeast: false }) // '40 more' */
export function moreWords({ count, isAtLeast }: { count: number; isAtLeast: boolean }): string {
  return `${formatAmount(count)}${isAtLeast ? '+' : ''} more`;
}

export function jobKind({ provider }: Job): string {
  return provider === 'millrace' ? 'pipeline' : 'job of others';
}

/** The whole of a box in words. */
export function boxLabel(box: LineageBox, start: string): string {
  switch (box.kind) {
    case 'data': {
      const { node } = box;
      const where = box.id === start ? 'what this is about' : hopWords(node.hop);
      return `${node.name}, data, ${belowName(node)}, ${where}`;
    }
    case 'job':
      return `${box.job.name}, ${jobKind(box.job)}`;
    case 'more':
      return `${moreWords(box)} ${box.direction === 'up' ? 'that it was made of' : 'made of it'}${box.canOpen ? ', show them' : ''}`;
  }
}

/** @example hopWords(-2) // '2 hops up' */
export function hopWords(hop: number): string {
  if (hop === 0) return 'here';
  const count = Math.abs(hop);
  return `${count} ${count === 1 ? 'hop' : 'hops'} ${hop < 0 ? 'up' : 'down'}`;
}
