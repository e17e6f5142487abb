/**
 * Starts an execution with an input.
 * @module
 */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { PATHS } from '../../../src/api/paths.js';
import { post } from '../api/client.js';
import type { Json, PipelineDetail } from '../api/types.js';
import { printable } from '../format/printable.js';
import { Button } from '../parts/button.js';
import { classes } from '../parts/class-names.js';
import { Dialog } from '../parts/dialog.js';
import field from '../parts/field.module.css';
import { RefusalNote } from '../parts/refusal-note.js';
import { readInput } from './read-input.js';
import styles from './start-dialog.module.css';

export function StartDialog({
  pipeline,
  open,
  onClose,
}: {
  pipeline: PipelineDetail;
  open: boolean;
  onClose: () => void;
}): ReactElement {
  return (
    <Dialog title={`Start ${printable(pipeline.name)}`} open={open} onClose={onClose}>
      <StartForm pipeline={pipeline} onClose={onClose} />
    </Dialog>
  );
}

function StartForm({
  pipeline,
  onClose,
}: {
  pipeline: PipelineDetail;
  onClose: () => void;
}): ReactElement {
  const navigate = useNavigate();
  const cache = useQueryClient();
  const problemId = useId();
  const [text, setText] = useState(() => JSON.stringify(pipeline.deployment.input ?? {}, null, 2));
  const [name, setName] = useState('');
  const [asked, setAsked] = useState(false);
  const input = readInput(text);
  const start = useMutation({
    mutationFn: async (value: Json) =>
      await post<{ id: string }>(`${PATHS.executions}?team=${encodeURIComponent(pipeline.team)}`, {
        pipeline: pipeline.name,
        input: value,
        ...(name === '' ? {} : { name }),
      }),
    onSuccess: async ({ id }) => {
      await cache.invalidateQueries({ queryKey: ['executions'] });
      await navigate({ to: '/e/$id', params: { id } });
    },
  });
  const problem = asked && 'problem' in input ? input.problem : undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setAsked(true);
    if ('value' in input) start.mutate(input.value);
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <label className={field.labelled}>
        Input, as JSON
        <textarea
          className={classes(field.field, field.area)}
          spellCheck={false}
          value={text}
          aria-invalid={problem !== undefined}
          aria-describedby={problem === undefined ? undefined : problemId}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      {problem !== undefined && (
        <p id={problemId} className={field.problem} role="alert">
          {problem}
        </p>
      )}
      <label className={field.labelled}>
        Name (the same name and input start only once; may stay empty)
        <input
          className={field.field}
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      {start.isError && <RefusalNote error={start.error} />}
      <div className={styles.buttons}>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" type="submit" disabled={start.isPending}>
          Start
        </Button>
      </div>
    </form>
  );
}
