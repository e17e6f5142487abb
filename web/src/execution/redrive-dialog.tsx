/**
 * Asks before an execution goes on, and says what will happen.
 * @module
 */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { PATHS, pathTo } from '../../../src/api/paths.js';
import { post } from '../api/client.js';
import { pipelineQuery } from '../api/queries.js';
import type { ExecutionDetail, StateVisit } from '../api/types.js';
import { printable } from '../format/printable.js';
import { shellWord } from '../format/shell-word.js';
import { Button } from '../parts/button.js';
import { Command } from '../parts/command.js';
import { Dialog } from '../parts/dialog.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { failingVisit } from './failing-visit.js';
import styles from './redrive-dialog.module.css';

/** With which definition it goes on: its own version, or the pipeline as it is now. */
export type Redrive = 'own' | 'current';

export function RedriveDialog({
  execution,
  visits,
  redrive,
  onClose,
}: {
  execution: ExecutionDetail;
  visits: readonly StateVisit[];
  /** undefined: closed. */
  redrive: Redrive | undefined;
  onClose: () => void;
}): ReactElement {
  const { id, version, pipeline, team } = execution;
  const cache = useQueryClient();
  const { data: current } = useQuery({
    ...pipelineQuery(pipeline, team),
    enabled: redrive === 'current',
  });
  const go = useMutation({
    mutationFn: async (definition: Redrive) =>
      await post(pathTo(PATHS.redrive, { id }), { definition }),
    onSuccess: async () => {
      onClose();
      await cache.invalidateQueries({ queryKey: ['execution', id] });
    },
  });
  const close = (): void => {
    go.reset();
    onClose();
  };
  const failed = failingVisit(visits);
  const from = failed === undefined ? 'where it stopped' : printable(outermost(failed));
  return (
    <Dialog
      title={redrive === 'current' ? 'Redrive with current version?' : 'Redrive from failed state?'}
      open={redrive !== undefined}
      onClose={close}
    >
      <ul className={styles.happens}>
        <li>
          The execution goes on from <b>{from}</b>.
        </li>
        <li>States that finished are not run again; their outputs are used.</li>
        {redrive === 'current' ? (
          <li>{versions(version, current?.version)}</li>
        ) : (
          <li>It stays with version {version}, whatever the file says now.</li>
        )}
      </ul>
      {redrive !== undefined && <Command text={redriveCommand(id, redrive)} />}
      {go.isError && <RefusalNote error={go.error} />}
      <div className={styles.buttons}>
        <Button onClick={close}>Cancel</Button>
        <Button
          look="primary"
          disabled={go.isPending}
          onClick={() => {
            if (redrive !== undefined) go.mutate(redrive);
          }}
        >
          Redrive
        </Button>
      </div>
    </Dialog>
  );
}

/** @example redriveCommand('0b7c…', 'current') // 'millrace redrive 0b7c… --with-current' */
export function redriveCommand(id: string, redrive: Redrive): string {
  return `millrace redrive ${shellWord(id)}${redrive === 'current' ? ' --with-current' : ''}`;
}

/** Executions go on from a top-level state; what is inside a Map goes on with it. */
function outermost(visit: StateVisit): string {
  return visit.iterations[0]?.state ?? visit.name;
}

function versions(own: number, current: number | undefined): string {
  if (current === undefined) return 'It goes on with the pipeline as it is now.';
  if (current === own)
    return `Version ${own}, which it ran with, is still the current one: nothing changes.`;
  return `It goes on with version ${current} instead of ${own}. If a finished state no longer fits, this is refused with the reason.`;
}
