/**
 * A plain table of values, which scrolls sideways by itself when it is wider than the page.
 * @module
 */
import type { ReactElement, ReactNode } from 'react';
import styles from './data-table.module.css';

export function DataTable({
  label,
  heads,
  rows,
  numbers = [],
}: {
  /** What it shows, for screen readers. */
  label: string;
  heads: readonly ReactNode[];
  /** In the order of the heads; undefined where there is no value. */
  rows: readonly (readonly ReactNode[])[];
  /** Columns, counted from 0, that stand on the right. */
  numbers?: readonly number[];
}): ReactElement {
  const side = (at: number): 'right' | undefined => (numbers.includes(at) ? 'right' : undefined);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className={styles.box} aria-label={label} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            {keyed(heads).map(([key, head], at) => (
              <th key={key} scope="col" data-side={side(at)}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {keyed(rows).map(([key, row]) => (
            <tr key={key}>
              {keyed(row).map(([cell, text], at) => (
                <td key={cell} data-side={side(at)}>
                  {text ?? <span className={styles.none}>null</span>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Two rows may be the same: what tells them apart is their place. */
function keyed<Item>(items: readonly Item[]): [key: string, item: Item][] {
  return items.map((item, at) => [String(at), item]);
}
