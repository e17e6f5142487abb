/**
 * Taking an incident: "I have it." The same wherever an incident is shown, by a button and by a key.
 * @module
 */
import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { act } from '../api/incident-queries.js';
import type { Incident, IncidentAct } from '../api/types.js';
import { Button } from '../parts/button.js';
import { useHotkeys } from '../shell/hotkeys.js';
import { useMayAct } from '../shell/may.js';
import styles from './acknowledge.module.css';

interface Deed {
  number: number;
  what: IncidentAct;
}

/** Does something to an incident; whatever shows it is asked for again. */
export function useAct(): UseMutationResult<Incident, Error, Deed> {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ number, what }: Deed) => await act(number, what),
    onSettled: async () => {
      const keys = [['incidents'], ['incident'], ['deliveries']];
      await Promise.all(keys.map(async (queryKey) => await cache.invalidateQueries({ queryKey })));
    },
  });
}

/** Nothing where nobody needs to take it, or who looks may not. */
export function Acknowledge({
  incident: { number, status, team },
  look = 'plain',
}: {
  incident: Pick<Incident, 'number' | 'status' | 'team'>;
  look?: 'plain' | 'primary';
}): ReactElement | null {
  const may = useMayAct(team);
  const deed = useAct();
  if (!may || status !== 'OPEN') return null;
  return (
    <span className={styles.act}>
      <Button
        look={look}
        data-acknowledge
        disabled={deed.isPending}
        onClick={() => deed.mutate({ number, what: { type: 'acknowledge' } })}
      >
        Acknowledge<span className="sr-only"> incident {number}</span>
      </Button>
      {deed.isError && (
        <span className={styles.refused} role="alert">
          {deed.error.message}
        </span>
      )}
    </span>
  );
}

/** `a` acknowledges the incident of the row that has the focus, by the button of that row: there is none where nobody may. */
export function useAcknowledgeKey(): void {
  useHotkeys({
    a: () => {
      const row = document.activeElement?.closest('[role=row]');
      row?.querySelector<HTMLButtonElement>('button[data-acknowledge]')?.click();
    },
  });
}
