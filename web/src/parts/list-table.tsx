/**
 * The shape that all lists have: heads, rows, and a button for more of them.
 * @module
 */
import type { ReactElement, ReactNode } from 'react';
import { Button } from './button.js';
import list from './list.module.css';

/** Pages of a list, as far as they were read. */
export interface MorePages {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

export function ListTable({
  label,
  heads,
  columns = '',
  pages,
  more = 'More',
  children,
}: {
  /** What is listed, for screen readers. */
  label: string;
  /** Heads of the columns, each with the class of its own that it has. */
  heads: readonly (string | readonly [head: string, className: string | undefined])[];
  /** Class that lays out the columns. */
  columns: string | undefined;
  pages?: MorePages | undefined;
  /** What the button for more says. */
  more?: string;
  /** The rows. */
  children: ReactNode;
}): ReactElement {
  return (
    <div className={list.list}>
      <div role="table" aria-label={label}>
        <div role="rowgroup" className={list.heads}>
          <div className={`${list.head} ${columns}`} role="row">
            {heads.map((one) => {
              const [head, className] = typeof one === 'string' ? [one, undefined] : one;
              return (
                <span key={head} role="columnheader" className={className}>
                  {head}
                </span>
              );
            })}
          </div>
        </div>
        {children}
      </div>
      {pages?.hasNextPage === true && (
        <div className={list.more}>
          <Button disabled={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
            {pages.isFetchingNextPage ? 'Loading …' : more}
          </Button>
        </div>
      )}
    </div>
  );
}
