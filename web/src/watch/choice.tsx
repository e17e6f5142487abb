/**
 * One of a few statuses, or any of them.
 * @module
 */
import type { ReactElement } from 'react';
import field from '../parts/field.module.css';
import { type Status, statusWord } from '../parts/status.js';

export function Choice<Value extends Status>({
  label,
  any,
  values,
  value,
  onChange,
}: {
  label: string;
  any: string;
  values: readonly Value[];
  value: Value | undefined;
  onChange: (value: string) => void;
}): ReactElement {
  return (
    <select
      className={field.field}
      aria-label={label}
      value={value ?? ''}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{any}</option>
      {values.map((one) => (
        <option key={one} value={one}>
          {statusWord(one)}
        </option>
      ))}
    </select>
  );
}
