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
  incident: { number, status },
  look = 'plain',
}: {
  incident: Pick<Incident, 'number' | 'status'>;
  look?: 'plain' | 'primary';
}): ReactElement | null {
  const may = useMayAct();
  const deed = useAct();
  if (!may || status !== 'OPEN') return null;
  return (
    <span className={styles.act}>
      <Button
        look={look}
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

/** `a` acknowledges the incident of the row that has the focus. Rows say it by `data-incident`. */
export function useAcknowledgeKey(): void {
  const may = useMayAct();
  const deed = useAct();
  useHotkeys({
    a: () => {
      const row = document.activeElement;
      const number = row instanceof HTMLElement ? row.dataset.incident : undefined;
      if (
        may &&
        number !== undefined &&
        row instanceof HTMLElement &&
        row.dataset.open === 'true'
      ) {
        deed.mutate({ number: Number(number), what: { type: 'acknowledge' } });
      }
    },
  });
}
