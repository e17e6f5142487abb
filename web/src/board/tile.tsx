/**
 * A tile of the board: how the worst of a group stands, by shape, word and colour, and how many of it stand how.
 * @module
 */
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { BoardGroup } from '../api/types.js';
import { printable } from '../format/printable.js';
import { statusTone, statusWord, type Tile } from '../parts/status.js';
import { StatusIcon } from '../parts/status-mark.js';
import type { BoardSearch } from './board-search.js';
import styles from './tile.module.css';

/** The worst first. */
const ORDER: readonly Tile[] = ['CRITICAL', 'MISSING', 'LATE', 'WARNING', 'UNKNOWN', 'OK'];

export function TileOfGroup({
  group: { tile, counts, items },
  name,
  search,
}: {
  group: BoardGroup;
  name: string;
  search: BoardSearch;
}): ReactElement {
  const shown = ORDER.filter((one) => counts[one] > 0);
  const total = shown.reduce((sum, one) => sum + counts[one], 0);
  return (
    <Link
      to="/board"
      search={search}
      className={styles.tile}
      data-tone={statusTone(tile)}
      data-row
      activeProps={{}}
    >
      <span className={styles.sign}>
        <StatusIcon status={tile} size={30} />
        <span className={styles.word}>{statusWord(tile)}</span>
      </span>
      <span className={styles.name}>{printable(name)}</span>
      <span className={styles.counts}>
        {total === 1 && items[0] !== undefined
          ? printable(items[0].why)
          : shown.map((one) => `${counts[one]} ${statusWord(one)}`).join(', ')}
      </span>
    </Link>
  );
}

/** How many there are of each kind, the worst first, those that are there. */
export function countsOf(tiles: readonly Tile[]): { tile: Tile; count: number }[] {
  return ORDER.map((tile) => ({
    tile,
    count: tiles.filter((one) => one === tile).length,
  })).filter(({ count }) => count > 0);
}
