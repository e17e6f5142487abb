/**
 * What the address of a pipeline's page says besides its name.
 * @module
 */

export interface PipelineSearch {
  /** Whose it is: two teams may have one of the same name. */
  team?: string;
}

/** Takes what it knows from an address and leaves out the rest. */
export function pipelineSearch({ team }: { [name: string]: unknown }): PipelineSearch {
  return team === undefined || team === '' ? {} : { team: String(team) };
}
