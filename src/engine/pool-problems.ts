/**
 * Tells of pipelines that take clusters from pools which no file of their team declares: their executions would fail before
 * their first step. Looked at when all files have been read, because the pools are said in another one.
 * @module
 */
import { suggest } from '../asl/validate.js';
import type { PipelinePlan } from '../pipelines/plan.js';
import { PROBLEM_CODES, type Problem } from '../pipelines/problem.js';
import { CLUSTER_STATE, isPooled } from '../pipelines/sections/cluster-section.js';
import type { Engine } from './engine.js';
import { EVERYTHING } from './kernel/scope.js';

/**
 * A warning for each pipeline whose pool is not there; files are absolute.
 * @example poolProblems(engine, plans).map(({ message }) => message) // ['the team "parcels" has no pool of clusters "elt"; did you mean "etl"?']
 */
export function poolProblems(
  engine: Pick<Engine, 'clusterPools'>,
  plans: Iterable<PipelinePlan>,
): Problem[] {
  const declared = engine.clusterPools.list(EVERYTHING).filter(({ max }) => max > 0);
  return [...plans].flatMap((plan): Problem[] => {
    const { cluster } = plan.sections;
    if (cluster === undefined || !isPooled(cluster)) return [];
    const names = declared.filter(({ team }) => team === plan.team).map(({ name }) => name);
    if (names.includes(cluster.pool)) return [];
    const meant = suggest(cluster.pool, names);
    const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
    const place = plan.sources[CLUSTER_STATE] ?? { file: plan.file, line: 1, column: 1 };
    return [
      {
        ...{ severity: 'warning', code: 'MILL1307', ...place, length: 1, pipeline: plan.name },
        team: plan.team,
        message: `the team "${plan.team}" has no pool of clusters "${cluster.pool}"${hint}`,
        why: PROBLEM_CODES.MILL1307[1],
        fix:
          meant === undefined
            ? `declare it in the team's file: clusterPools: { ${cluster.pool}: { release, instances, max } }`
            : `write "${meant}"`,
        ...(meant === undefined ? {} : { suggestion: meant }),
      },
    ];
  });
}
