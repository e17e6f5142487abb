/**
 * What the address of the list of challengers says.
 * @module
 */
export interface ChallengersSearch {
  pipeline?: string;
  /** Whose it is. */
  team?: string;
}

/** Takes what it knows from an address and leaves out the rest. */
export function challengersSearch({
  pipeline,
  team,
}: {
  [name: string]: unknown;
}): ChallengersSearch {
  return {
    ...(pipeline === undefined || pipeline === '' ? {} : { pipeline: String(pipeline) }),
    ...(team === undefined || team === '' ? {} : { team: String(team) }),
  };
}
