/**
 * Which pipeline is meant. A name alone means nothing: each team gives its own, so a pipeline is a team's.
 * @module
 */

/** A pipeline, or a state machine that a client made: two teams may have one of the same name. */
export interface PipelineRef {
  team: string;
  name: string;
}

/**
 * One text for a pipeline, to be the key of a map. Names of teams hold no slash, so no two pipelines have the same.
 * @example pipelineKey({ team: 'parcels', name: 'nightly' }) // 'parcels/nightly'
 */
export function pipelineKey({ team, name }: PipelineRef): string {
  return `${team}/${name}`;
}

/** The pipeline that a key stands for. */
export function pipelineOfKey(key: string): PipelineRef {
  const cut = key.indexOf('/');
  return { team: key.slice(0, cut), name: key.slice(cut + 1) };
}

/**
 * The pipeline of a record: a machine, an execution, a backfill.
 * @example pipelineOf({ team: 'parcels', pipeline: 'nightly' }) // { team: 'parcels', name: 'nightly' }
 */
export function pipelineOf({ team, pipeline }: { team: string; pipeline: string }): PipelineRef {
  return { team, name: pipeline };
}
