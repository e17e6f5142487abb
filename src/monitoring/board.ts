/**
 * How something stands at a glance: one tile, the worst of its last result and of what is expected of it.
 * @module
 */
import type { CheckStatus } from './check-result.js';
import type { ExpectationState } from './expectations/expectation.js';

export type Tile = 'OK' | 'WARNING' | 'CRITICAL' | 'MISSING' | 'LATE' | 'UNKNOWN';

/** The worst first. */
export const TILES: readonly Tile[] = ['CRITICAL', 'MISSING', 'LATE', 'WARNING', 'UNKNOWN', 'OK'];

/**
 * The tile of something.
 * @param last status of its last result; undefined: there was none
 * @param states of what is expected of it
 * @example tileOf('OK', ['EXPECTED', 'MISSING']) // 'MISSING'
 */
export function tileOf(last: CheckStatus | undefined, states: readonly ExpectationState[]): Tile {
  if (last === 'CRITICAL') return 'CRITICAL';
  if (states.includes('MISSING')) return 'MISSING';
  if (states.includes('LATE')) return 'LATE';
  return last ?? 'UNKNOWN';
}

/**
 * The worst of several.
 * @example worstOf(['OK', 'LATE']) // 'LATE'
 */
export function worstOf(tiles: readonly Tile[]): Tile {
  return TILES.find((tile) => tiles.includes(tile)) ?? 'UNKNOWN';
}
