/**
 * Tells screen readers what ended, without moving the focus.
 * @module
 */
import { type ReactElement, useCallback, useState } from 'react';
import type { LiveChange } from '../api/types.js';
import { statusWord } from '../parts/status.js';
import { useChanges } from './live.js';

export function Announcer(): ReactElement {
  const [text, setText] = useState('');
  useChanges(
    useCallback((changes: readonly LiveChange[]) => {
      const news = announcement(changes);
      if (news !== undefined) setText(news);
    }, []),
  );
  return (
    <div className="sr-only" role="status" aria-live="polite">
      {text}
    </div>
  );
}

/**
 * One sentence for a batch of changes; undefined when nothing ended in it.
 */
export function announcement(changes: readonly LiveChange[]): string | undefined {
  const ended = changes.filter(
    (change) => change.type === 'execution' && change.status !== 'RUNNING',
  );
  const last = ended.at(-1);
  if (last?.type !== 'execution') return ofIncidents(changes);
  const more = ended.length === 1 ? '' : ` And ${ended.length - 1} more ended.`;
  return `Execution ${last.number} of ${last.pipeline}: ${statusWord(last.status)}.${more}`;
}

const TOLD: readonly string[] = ['OPENED', 'REOPENED', 'ACKNOWLEDGED', 'ESCALATED', 'RESOLVED'];

function ofIncidents(changes: readonly LiveChange[]): string | undefined {
  const told = changes.filter(
    (change) => change.type === 'incident' && TOLD.includes(change.change),
  );
  const last = told.at(-1);
  if (last?.type !== 'incident') return undefined;
  return `Incident ${last.incident}: ${last.change.toLowerCase()}.`;
}
