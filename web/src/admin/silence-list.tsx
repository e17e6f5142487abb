/**
 * Silences that have not ended: of what nobody hears, until when, who wanted it and why.
 * @module
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { endSilence, silencesQuery } from '../api/incident-queries.js';
import type { Silence } from '../api/types.js';
import { printable } from '../format/printable.js';
import { Button } from '../parts/button.js';
import { EmptyState } from '../parts/empty-state.js';
import list from '../parts/list.module.css';
import { ListTable } from '../parts/list-table.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { Tags } from '../parts/tags.js';
import { Age, Due } from '../parts/when.js';
import { useMayAct } from '../shell/may.js';
import styles from './admin.module.css';

export function SilenceList(): ReactElement | null {
  const { data, error } = useQuery(silencesQuery);
  if (data === undefined) return error === null ? null : <RefusalNote error={error} />;
  if (data.length === 0) {
    return (
      <EmptyState
        title="Nothing is silenced"
        command={'millrace incident silence --tag county:alpine --for 2h --reason "it moves"'}
      >
        A silence lets nobody hear of some things until it ends. Make one from an incident, or
        there:
      </EmptyState>
    );
  }
  return (
    <ListTable
      label="Silences"
      heads={['Of', 'Why', 'Until', ['End', styles.right]]}
      columns={styles.silences}
    >
      <div role="rowgroup">
        {data.map((silence) => (
          <Row key={silence.number} silence={silence} />
        ))}
      </div>
    </ListTable>
  );
}

function Row({ silence }: { silence: Silence }): ReactElement {
  const { number, team, tags, pipeline, from, until, by, reason } = silence;
  const may = useMayAct(team);
  const cache = useQueryClient();
  const end = useMutation({
    mutationFn: async () => await endSilence(number),
    onSettled: async () => await cache.invalidateQueries({ queryKey: ['silences'] }),
  });
  const isAll = pipeline === undefined && Object.keys(tags).length === 0;
  return (
    <div className={`${list.row} ${styles.silences}`} role="row">
      <div role="cell" className={styles.what}>
        <b>{isAll ? `everything of ${printable(team)}` : printable(pipeline ?? '')}</b>{' '}
        <Tags tags={tags} />
        {!isAll && <div className={list.dim}>team {printable(team)}</div>}
      </div>
      <div role="cell" className={`${list.cell} ${styles.words}`}>
        {printable(reason)}
        <div className={list.dim}>
          {printable(by)}, <Age at={from} />
        </div>
      </div>
      <div role="cell" className={`${list.cell} ${styles.state}`}>
        <Due at={until} zone={undefined} />
      </div>
      <div role="cell" className={`${list.cell} ${styles.right}`}>
        {may && (
          <Button disabled={end.isPending} onClick={() => end.mutate()}>
            End now<span className="sr-only"> silence {number}</span>
          </Button>
        )}
        {end.isError && <div className={styles.bad}>{end.error.message}</div>}
      </div>
    </div>
  );
}
