/**
 * One visit of a state in full, beside the table or the graph: outcome, error, input, output.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useEffect, useRef } from 'react';
import { statesWithDataQuery } from '../api/queries.js';
import type { StateVisit } from '../api/types.js';
import { readCause } from '../format/cause.js';
import { printable } from '../format/printable.js';
import { Button } from '../parts/button.js';
import { Icon } from '../parts/icon.js';
import { JsonView } from '../parts/json-view.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { StatusMark } from '../parts/status-mark.js';
import { Elapsed, When } from '../parts/when.js';
import { useHotkeys } from '../shell/hotkeys.js';
import type { ExecutionSearch } from './execution-search.js';
import { visitsOf } from './failing-visit.js';
import { RemoteJobs } from './remote-jobs.js';
import styles from './state-panel.module.css';

export function StatePanel({
  execution,
  visits,
  search,
  onShow,
}: {
  execution: string;
  visits: readonly StateVisit[];
  search: ExecutionSearch;
  onShow: (search: ExecutionSearch) => void;
}): ReactElement | null {
  const { state, event, ...rest } = search;
  if (state === undefined) return null;
  const { all, shown } = visitsOf(visits, state, event);
  return (
    <Panel
      key={state}
      execution={execution}
      state={state}
      visits={all}
      shown={shown}
      onVisit={(visit) => onShow({ ...rest, state, event: visit.enteredEvent })}
      onLogs={() => onShow({ tab: 'logs', state })}
      onClose={() => onShow(rest)}
    />
  );
}

function Panel({
  execution,
  state,
  visits,
  shown,
  onVisit,
  onLogs,
  onClose,
}: {
  execution: string;
  state: string;
  visits: readonly StateVisit[];
  shown: number;
  onVisit: (visit: StateVisit) => void;
  onLogs: () => void;
  onClose: () => void;
}): ReactElement {
  const title = useRef<HTMLHeadingElement>(null);
  const cameFrom = useRef<Element | null>(null);
  useEffect(() => {
    cameFrom.current = document.activeElement;
    title.current?.focus({ preventScroll: true });
    return () => {
      if (cameFrom.current instanceof HTMLElement) cameFrom.current.focus({ preventScroll: true });
    };
  }, []);
  useHotkeys({ Escape: onClose });
  const visit = visits[shown];
  const before = visits[shown - 1];
  const after = visits[shown + 1];
  return (
    <aside className={styles.panel} aria-label={`State ${state}`}>
      <div className={styles.head}>
        <h2 ref={title} tabIndex={-1} className={styles.title}>
          {printable(state)}
        </h2>
        <Button look="quiet" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </Button>
      </div>
      {visit === undefined ? (
        <p className={styles.none}>This state did not run in this execution.</p>
      ) : (
        <>
          {visits.length > 1 && (
            <div className={styles.visits}>
              <Button disabled={before === undefined} onClick={() => before && onVisit(before)}>
                Earlier
              </Button>
              <span>
                visit {shown + 1} of {visits.length}
                {visit.iterations.length > 0 &&
                  `, iteration ${visit.iterations.map(({ index }) => index).join(' › ')}`}
              </span>
              <Button disabled={after === undefined} onClick={() => after && onVisit(after)}>
                Later
              </Button>
            </div>
          )}
          <Facts visit={visit} />
          <RemoteJobs execution={execution} visit={visit} />
          {visit.error !== undefined && <VisitError visit={visit} />}
          <VisitData execution={execution} visit={visit} />
          <div>
            <Button onClick={onLogs}>Logs of this state</Button>
          </div>
        </>
      )}
    </aside>
  );
}

function Facts({ visit }: { visit: StateVisit }): ReactElement {
  return (
    <dl className={styles.facts}>
      <div>
        <dt>Outcome</dt>
        <dd>
          <StatusMark status={visit.status} />
        </dd>
      </div>
      <div>
        <dt>Took</dt>
        <dd>
          <Elapsed from={visit.enteredAt} to={visit.exitedAt} />
        </dd>
      </div>
      {visit.attempts > 0 && (
        <div>
          <dt>Attempts</dt>
          <dd>{visit.attempts}</dd>
        </div>
      )}
      <div>
        <dt>Entered</dt>
        <dd>
          <When at={visit.enteredAt} />
        </dd>
      </div>
      <div>
        <dt>Type</dt>
        <dd>
          {visit.type}
          {visit.resource !== undefined && (
            <code className={styles.resource}>{printable(visit.resource)}</code>
          )}
        </dd>
      </div>
    </dl>
  );
}

function VisitData({
  execution,
  visit,
}: {
  execution: string;
  visit: StateVisit;
}): ReactElement | null {
  const { data, error } = useQuery(statesWithDataQuery(execution));
  if (data === undefined) return error === null ? null : <RefusalNote error={error} />;
  const found = data.find((one) => one.enteredEvent === visit.enteredEvent);
  if (found === undefined) {
    return (
      <p className={styles.none}>
        This history is long: input and output of this visit are in the Events tab, from event{' '}
        {visit.enteredEvent} on.
      </p>
    );
  }
  return (
    <>
      <JsonView label="Input" value={found.input} />
      <JsonView label="Output" value={found.output} />
    </>
  );
}

function VisitError({ visit }: { visit: StateVisit }): ReactElement {
  const { message, stack } = readCause(visit.cause ?? '');
  return (
    <div className={styles.error} data-caught={visit.status === 'caught' || undefined}>
      <code>{printable(visit.error ?? '')}</code>
      {message !== '' && <p>{printable(message)}</p>}
      {stack.length > 0 && (
        <details>
          <summary>{stack[0] === '{' ? 'The whole job' : 'Stack trace'}</summary>
          <pre>{printable(stack.join('\n'))}</pre>
        </details>
      )}
    </div>
  );
}
