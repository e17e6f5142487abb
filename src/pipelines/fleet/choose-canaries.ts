/**
 * Which pipelines of a fleet try a change first: spread over their names, and always the same ones.
 *
 * Names of a fleet tell what its pipelines are about (a state, a county, a source). The first five of them would be alike; so
 * each is the middle one of an equal part of the list.
 * @module
 */

/**
 * @param sorted in the order of their names
 * @param count how many; all when there are no more
 * @example chooseCanaries(['a', 'b', 'c', 'd', 'e', 'f'], 2) // ['b', 'e']
 */
export function chooseCanaries<One>(sorted: readonly One[], count: number): One[] {
  if (count >= sorted.length) return [...sorted];
  const parts = Array.from({ length: count }, (_, index) =>
    Math.floor((sorted.length * (2 * index + 1) - 1) / (2 * count)),
  );
  return sorted.filter((_, index) => parts.includes(index));
}
