/**
 * Asks until when: a few ends that are chosen often, or any moment, in the zone that it names.
 * @module
 */
import { type ReactElement, useId, useState } from 'react';
import { formatMoment } from '../format/time.js';
import field from '../parts/field.module.css';
import { choicesFrom, ownZone, readMoment, writeMoment } from './until.js';
import styles from './until-field.module.css';

export function UntilField({
  label,
  until,
  onChange,
}: {
  label: string;
  /** Milliseconds since the epoch; undefined: nothing that can be taken was chosen. */
  until: number | undefined;
  onChange: (until: number | undefined) => void;
}): ReactElement {
  const [choices] = useState(() => choicesFrom(Date.now()));
  const [custom, setCustom] = useState(false);
  const name = useId();
  return (
    <fieldset className={styles.field}>
      <legend>{label}</legend>
      {choices.map((choice) => (
        <label key={choice.words} className={styles.choice}>
          <input
            type="radio"
            name={name}
            checked={!custom && until === choice.until}
            onChange={() => {
              setCustom(false);
              onChange(choice.until);
            }}
          />
          {choice.words}
          <span className={styles.dim}>{formatMoment(choice.until, undefined)}</span>
        </label>
      ))}
      <label className={styles.choice}>
        <input
          type="radio"
          name={name}
          checked={custom}
          onChange={() => {
            setCustom(true);
            onChange(until);
          }}
        />
        another time
      </label>
      {custom && (
        <label className={field.labelled}>
          <span>Date and time, {ownZone()}</span>
          <input
            type="datetime-local"
            className={field.field}
            defaultValue={until === undefined ? '' : writeMoment(until)}
            onChange={(event) => onChange(readMoment(event.target.value))}
          />
        </label>
      )}
    </fieldset>
  );
}
