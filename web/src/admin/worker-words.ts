/**
 * What is said of workers, in words.
 * @module
 */
import type { WaitingForWorker, Worker } from '../api/types.js';
import { formatAmount } from '../format/amount.js';
import { shellWord } from '../format/shell-word.js';

/** Kinds that it performs, with a number where it takes fewer of one than it has slots. @example kindWords({ kinds: { shell: 4, sql: 1 }, slots: 4 }) // 'shell, sql (1 at a time)' */
export function kindWords({ kinds, slots }: Pick<Worker, 'kinds' | 'slots'>): string {
  return Object.entries(kinds)
    .map(([kind, most]) => (most >= slots ? kind : `${kind} (${most} at a time)`))
    .join(', ');
}

/** @example waitingWords({ kind: 'shell', tags: ['gpu'], team: 'parcels', attempts: 1, workers: 0 }) // '1 task of parcels waits for a worker that performs shell with the tag gpu: none is connected' */
export function waitingWords(line: WaitingForWorker): string {
  const { kind, tags, team, attempts, workers, limited } = line;
  const tagged =
    tags.length === 0 ? '' : ` with the ${tags.length === 1 ? 'tag' : 'tags'} ${tags.join(', ')}`;
  const who =
    attempts === 1 ? `1 task of ${team} waits` : `${formatAmount(attempts)} tasks of ${team} wait`;
  const there =
    workers === 0
      ? 'none is connected'
      : limited === undefined
        ? `${formatAmount(workers)} connected, all of them busy`
        : `no more tasks with the tag ${limited} may run now`;
  return `${who} for a worker that performs ${kind}${tagged}: ${there}`;
}

/** What starts a worker that could take them. @example startCommand({ kind: 'shell', tags: ['gpu'] }) // 'millrace worker --kinds shell --tags gpu' */
export function startCommand({ kind, tags }: Pick<WaitingForWorker, 'kind' | 'tags'>): string {
  const tagged = tags.length === 0 ? '' : ` --tags ${shellWord(tags.join(','))}`;
  return `millrace worker --kinds ${shellWord(kind)}${tagged}`;
}
