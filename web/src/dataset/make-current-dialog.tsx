/**
 * What is asked before an earlier version is made current: it is so at once, for everybody who reads the dataset.
 * @module
 */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { rollBack } from '../api/data-queries.js';
import type { Dataset, DatasetVersion } from '../api/types.js';
import { formatAmount } from '../format/amount.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { When } from '../parts/when.js';
import styles from './make-current-dialog.module.css';

export function MakeCurrentDialog({
  dataset,
  asked,
  onClose,
}: {
  dataset: Dataset;
  /** undefined: closed. */
  asked: DatasetVersion | undefined;
  onClose: () => void;
}): ReactElement {
  return (
    <Dialog title="Make this version current?" open={asked !== undefined} onClose={onClose}>
      {asked !== undefined && <Form dataset={dataset} asked={asked} onClose={onClose} />}
    </Dialog>
  );
}

function Form({
  dataset,
  asked: { version, at, rows, interval },
  onClose,
}: {
  dataset: Dataset;
  asked: DatasetVersion;
  onClose: () => void;
}): ReactElement {
  const cache = useQueryClient();
  const deed = useMutation({
    mutationFn: async () => await rollBack(dataset, version),
    onSettled: async () => {
      const keys = [['datasets'], ['dataset']];
      await Promise.all(keys.map(async (queryKey) => await cache.invalidateQueries({ queryKey })));
    },
  });
  return (
    <>
      <p>
        <code>{version}</code>, written <When at={at} />
        {rows !== undefined && `, ${formatAmount(rows)} rows`}
        {interval !== undefined && `, of the interval ${interval}`}.
      </p>
      <p>
        Whoever reads the dataset from now on reads this version, until another one is published.
        Executions that run already go on with what they began with. Nothing is deleted.
      </p>
      {deed.isError && <RefusalNote error={deed.error} />}
      <div className={styles.buttons}>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="primary"
          disabled={deed.isPending}
          onClick={() => deed.mutate(undefined, { onSuccess: onClose })}
        >
          Make current
        </Button>
      </div>
    </>
  );
}
