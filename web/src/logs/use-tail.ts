/**
 * Lines as they come, of all executions: what a search finds of them.
 *
 * It has a connection of its own, open only while somebody wants it: the tab's other one knows nothing of searches.
 * @module
 */
import { useEffect, useState } from 'react';
import { PATHS, PREFIX } from '../../../src/api/paths.js';
import type { FoundLine, LiveChange } from '../api/types.js';

/** Lines that are held; the oldest go first. */
const HELD = 500;

export interface TailedLine extends Pick<FoundLine, 'execution' | 'number' | 'pipeline' | 'team'> {
  /** Unique among those that are held. */
  key: number;
  line: Pick<FoundLine, 'at' | 'level' | 'state' | 'message' | 'fields'>;
}

/** The newest first. @param on nothing is listened for otherwise */
export function useTail(on: boolean, q: string): readonly TailedLine[] {
  const [lines, setLines] = useState<readonly TailedLine[]>([]);
  useEffect(() => {
    setLines([]);
    if (!on) return;
    const search = new URLSearchParams({ types: 'log', ...(q === '' ? {} : { q }) });
    const source = new EventSource(`${PREFIX}${PATHS.events}?${search}`);
    let last = 0;
    source.addEventListener('log', (event) => {
      const change = JSON.parse(event.data as string) as Extract<LiveChange, { type: 'log' }>;
      const { execution, number, pipeline, team } = change;
      const come = change.lines.map((line): TailedLine => {
        last += 1;
        return { key: last, execution, number, pipeline, team, line };
      });
      setLines((known) => [...come.toReversed(), ...known].slice(0, HELD));
    });
    return () => source.close();
  }, [on, q]);
  return lines;
}
