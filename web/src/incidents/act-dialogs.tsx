/**
 * What is asked before an incident is given to somebody, put off, or closed.
 * @module
 */
import { type FormEvent, type ReactElement, type ReactNode, useId, useState } from 'react';
import type { DescribedIncident, IncidentAct } from '../api/types.js';
import { printable } from '../format/printable.js';
import { Button } from '../parts/button.js';
import { classes } from '../parts/class-names.js';
import { Dialog } from '../parts/dialog.js';
import field from '../parts/field.module.css';
import { RefusalNote } from '../parts/refusal-note.js';
import { useAct } from './acknowledge.js';
import styles from './act-dialogs.module.css';
import { choicesFrom } from './until.js';
import { UntilField } from './until-field.js';

export type AskedAct = 'assign' | 'snooze' | 'resolve';

export function ActDialog({
  incident,
  asked,
  onClose,
}: {
  incident: DescribedIncident;
  /** undefined: closed. */
  asked: AskedAct | undefined;
  onClose: () => void;
}): ReactElement {
  const titles = {
    assign: 'Assign to',
    snooze: 'Snooze',
    resolve: 'Resolve',
  };
  const Form = { assign: AssignForm, snooze: SnoozeForm, resolve: ResolveForm }[asked ?? 'assign'];
  return (
    <Dialog
      title={asked === undefined ? '' : `${titles[asked]}: #${incident.number}`}
      open={asked !== undefined}
      onClose={onClose}
    >
      <Form incident={incident} onClose={onClose} />
    </Dialog>
  );
}

interface FormProps {
  incident: DescribedIncident;
  onClose: () => void;
}

function AssignForm({ incident, onClose }: FormProps): ReactElement {
  const { people, owner } = incident;
  const id = useId();
  const [to, setTo] = useState(people.find((one) => one !== owner) ?? '');
  return (
    <ActForm
      incident={incident}
      what={to.trim() === '' ? undefined : { type: 'assign', to: to.trim() }}
      does="Assign"
      onClose={onClose}
    >
      <div className={field.labelled}>
        <label htmlFor={id}>Person</label>
        {people.length === 0 ? (
          <input
            id={id}
            className={field.field}
            maxLength={80}
            value={to}
            onChange={(event) => setTo(event.target.value)}
          />
        ) : (
          <select
            id={id}
            className={field.field}
            value={to}
            onChange={(event) => setTo(event.target.value)}
          >
            {people.map((one) => (
              <option key={one} value={one}>
                {printable(one)}
                {one === owner ? ' (has it now)' : ''}
              </option>
            ))}
          </select>
        )}
      </div>
      <p className={styles.hint}>They are told, and it stays theirs until it is solved.</p>
    </ActForm>
  );
}

function SnoozeForm({ incident, onClose }: FormProps): ReactElement {
  const [until, setUntil] = useState(() => choicesFrom(Date.now())[0]?.until);
  return (
    <ActForm
      incident={incident}
      what={until === undefined ? undefined : { type: 'snooze', until }}
      does="Snooze"
      onClose={onClose}
    >
      <UntilField label="Nobody hears of it until then" until={until} onChange={setUntil} />
      <p className={styles.hint}>At the end it is open again and told anew, if it is still so.</p>
    </ActForm>
  );
}

function ResolveForm({ incident, onClose }: FormProps): ReactElement {
  const [note, setNote] = useState('');
  const text = note.trim();
  return (
    <ActForm
      incident={incident}
      what={{ type: 'resolve', ...(text === '' ? {} : { note: text }) }}
      does="Resolve"
      onClose={onClose}
    >
      <label className={field.labelled}>
        What solved it (may stay empty; whoever has the same again reads it)
        <textarea
          className={classes(field.field, styles.note)}
          maxLength={4_000}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
      </label>
      <p className={styles.hint}>
        What is folded in closes with it. If it fails again soon, this one opens again.
      </p>
    </ActForm>
  );
}

function ActForm({
  incident: { number },
  what,
  does,
  onClose,
  children,
}: {
  incident: DescribedIncident;
  /** undefined: it cannot be done yet. */
  what: IncidentAct | undefined;
  does: string;
  onClose: () => void;
  children: ReactNode;
}): ReactElement {
  const deed = useAct();
  const problem = useId();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (what !== undefined) deed.mutate({ number, what }, { onSuccess: onClose });
  };
  return (
    <form className={styles.form} onSubmit={submit} aria-describedby={problem}>
      {children}
      <div id={problem}>{deed.isError && <RefusalNote error={deed.error} />}</div>
      <div className={styles.buttons}>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" type="submit" disabled={what === undefined || deed.isPending}>
          {does}
        </Button>
      </div>
    </form>
  );
}
