/**
 * The key of a dataset in memory.
 * @example keyOf('planning', 'zoning/areas')
 */
export function keyOf(team: string, name: string): string {
  return `${team}\n${name}`;
}
