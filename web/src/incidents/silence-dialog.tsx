/**
 * Asks what nobody is to hear of, until when, and why. The tags of what it was asked from are chosen; a silence has an end.
 * @module
 */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactElement, useState } from 'react';
import { silence } from '../api/incident-queries.js';
import { printable } from '../format/printable.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import field from '../parts/field.module.css';
import { RefusalNote } from '../parts/refusal-note.js';
import { useMayAct } from '../shell/may.js';
import styles from './act-dialogs.module.css';
import { UntilField } from './until-field.js';

/** What a silence is made for. */
export interface Silenced {
  team: string;
  tags: { [tag: string]: string };
  pipeline?: string | undefined;
}

/** Nothing for whom may only look. */
export function SilenceButton({ of }: { of: Silenced }): ReactElement | null {
  const [open, setOpen] = useState(false);
  const may = useMayAct(of.team);
  if (!may) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>Silence …</Button>
      <Dialog title="Silence" open={open} onClose={() => setOpen(false)}>
        <SilenceForm of={of} onClose={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function SilenceForm({
  of: { team, tags, pipeline },
  onClose,
}: {
  of: Silenced;
  onClose: () => void;
}): ReactElement {
  const cache = useQueryClient();
  const all = Object.entries(tags);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(Object.keys(tags)));
  const [ofPipeline, setOfPipeline] = useState(all.length === 0 && pipeline !== undefined);
  const [until, setUntil] = useState<number>();
  const [reason, setReason] = useState('');
  const make = useMutation({
    mutationFn: async (end: number) =>
      await silence(team, {
        tags: Object.fromEntries(all.filter(([tag]) => chosen.has(tag))),
        ...(ofPipeline && pipeline !== undefined ? { pipeline } : {}),
        until: end,
        reason: reason.trim(),
      }),
    onSuccess: async () => {
      onClose();
      const keys = [['silences'], ['incidents'], ['incident']];
      await Promise.all(keys.map(async (queryKey) => await cache.invalidateQueries({ queryKey })));
    },
  });
  const isSomething = chosen.size > 0 || ofPipeline;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (until !== undefined) make.mutate(until);
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <fieldset className={styles.tags}>
        <legend>Of team {printable(team)}, whatever has all of</legend>
        {all.map(([tag, value]) => (
          <label key={tag} className={styles.tag}>
            <input
              type="checkbox"
              checked={chosen.has(tag)}
              onChange={() => {
                const next = new Set(chosen);
                if (!next.delete(tag)) next.add(tag);
                setChosen(next);
              }}
            />
            {printable(`${tag}: ${value}`)}
          </label>
        ))}
        {pipeline !== undefined && (
          <label className={styles.tag}>
            <input
              type="checkbox"
              checked={ofPipeline}
              onChange={(event) => setOfPipeline(event.target.checked)}
            />
            pipeline {printable(pipeline)}
          </label>
        )}
        {!isSomething && <p className={field.problem}>This would silence the whole team.</p>}
      </fieldset>
      <UntilField label="Until (required)" until={until} onChange={setUntil} />
      <label className={field.labelled}>
        Why (required)
        <input
          className={field.field}
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </label>
      <p className={styles.hint}>
        What happens is written all the same, and told at the end if it is still so.
      </p>
      {make.isError && <RefusalNote error={make.error} />}
      <div className={styles.buttons}>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="primary"
          type="submit"
          disabled={make.isPending || until === undefined || reason.trim() === '' || !isSomething}
        >
          Silence
        </Button>
      </div>
    </form>
  );
}
