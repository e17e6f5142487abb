/**
 * A store that writes other rows than it was told, for planted bugs.
 * @module
 */
import type { RowWrite } from '../../src/store/table.js';
import type { Mutant } from './simulate.js';

/** Changes the rows that are written. */
export function rows(change: (write: RowWrite, n: number) => RowWrite[]): Mutant['store'] {
  let n = 0;
  return (store) => ({
    ...store,
    commit: (commit) =>
      store.commit({ ...commit, rows: commit.rows.flatMap((write) => change(write, n++)) }),
  });
}
