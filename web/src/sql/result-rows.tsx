/**
 * Rows of an answer with their types, ten thousand of them: only those in sight are there.
 * @module
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type ReactElement, useRef } from 'react';
import type { DataRows } from '../api/types.js';
import { formatAmount } from '../format/amount.js';
import { printable } from '../format/printable.js';
import { isNumberType, shownValue } from '../format/value.js';
import { columnWidths } from './column-widths.js';
import styles from './result-rows.module.css';

const ROW = 30;
/** Columns that are drawn. */
const MOST_COLUMNS = 200;

export function ResultRows({ rows: { columns: all, rows } }: { rows: DataRows }): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 10,
  });
  const columns = all.slice(0, MOST_COLUMNS);
  const widths = columnWidths(columns, rows);
  const style = {
    gridTemplateColumns: widths.map((width) => `${width}ch`).join(' '),
  } as CSSProperties;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <div ref={box} className={styles.box} role="region" aria-label="Rows" tabIndex={0}>
        <div role="table" aria-label="Rows of the answer" aria-rowcount={rows.length + 1}>
          <div
            role="row"
            aria-rowindex={1}
            className={`${styles.row} ${styles.heads}`}
            style={style}
          >
            {columns.map(({ name, type }, at) => (
              <div
                role="columnheader"
                key={at}
                data-side={isNumberType(type) ? 'right' : undefined}
              >
                {printable(name)} <span className={styles.type}>{printable(type)}</span>
              </div>
            ))}
          </div>
          <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {virtual.getVirtualItems().map(({ index, start }) => (
              <div
                key={index}
                role="row"
                aria-rowindex={index + 2}
                className={`${styles.row} ${styles.placed}`}
                style={{ ...style, transform: `translateY(${start}px)` }}
              >
                {columns.map(({ type }, at) => {
                  const text = shownValue(rows[index]?.[at]);
                  return (
                    <div
                      role="cell"
                      key={at}
                      title={text}
                      data-side={isNumberType(type) ? 'right' : undefined}
                    >
                      {text ?? <span className={styles.none}>null</span>}
                    </div>
                  );
                })}
              </div>
            ))}
          </div>
        </div>
      </div>
      {all.length > MOST_COLUMNS && (
        <p>{formatAmount(all.length - MOST_COLUMNS)} more columns are in the CSV alone.</p>
      )}
    </>
  );
}
