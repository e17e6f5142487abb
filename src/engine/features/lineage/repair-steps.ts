/**
 * What to do about a bad version: its own dataset first, then what was made of it and still is current, what comes before the rest first.
 * @module
 */
import type { KnownDatasets, KnownVersion } from './peers.js';

export interface RepairStep {
  /**
   * roll back: an earlier version is made current until a good one is there. run: the pipeline makes a version anew. repair: it
   * depends on the pipeline of the bad version, and `millrace repair` runs it in its turn. tell: a system of others has read it, and Millrace cannot run that.
   */
  readonly action: 'roll back' | 'run' | 'repair' | 'tell';
  readonly team: string;
  readonly dataset: string;
  /** Version that is current and was touched. */
  readonly version?: string;
  readonly pipeline?: string;
  /** Who answers for the dataset. */
  readonly owner?: string;
  readonly reason: string;
  /** A command that does it. */
  readonly command?: string;
}

/** Versions among which an earlier good one is looked for. */
const LOOKED_BACK = 200;

/**
 * @param touched versions that were made of it, by hops
 * @param follows whether `millrace repair` runs a pipeline after the one that wrote the bad version
 */
export async function repairSteps(
  datasets: KnownDatasets,
  bad: KnownVersion,
  touched: readonly KnownVersion[],
  follows: (version: KnownVersion) => boolean,
): Promise<RepairStep[]> {
  const steps: RepairStep[] = [];
  const about = (version: KnownVersion): About => {
    const { team, dataset, version: id, pipeline } = version;
    const owner = datasets.ownerOf(team, dataset);
    return { team, dataset, version: id, pipeline, ...(owner === undefined ? {} : { owner }) };
  };
  const isCurrent = datasets.isCurrent(bad);
  if (isCurrent) {
    const earlier = await datasets.goodBefore(bad.team, bad.dataset, bad.number, LOOKED_BACK);
    const good = earlier.find(({ interval }) => interval === bad.interval);
    if (good !== undefined) steps.push({ ...about(bad), ...rollBack(bad, good) });
  }
  steps.push({
    action: 'run',
    ...about(bad),
    reason: isCurrent
      ? 'it is current: correct what made it, then make it anew'
      : 'another version is current: only if that one is bad too',
    command: again(bad),
  });
  const done = new Set<string>();
  for (const version of touched) {
    if (!datasets.isCurrent(version)) continue;
    const key = JSON.stringify([version.team, version.pipeline, version.interval]);
    if (done.has(key)) continue;
    done.add(key);
    const isFollowed = bad.interval !== undefined && follows(version);
    steps.push({
      action: isFollowed ? 'repair' : 'run',
      ...about(version),
      reason: 'it is current, and was made of the bad version',
      command: isFollowed
        ? `millrace repair ${bad.pipeline}@latest --team ${bad.team}`
        : again(version),
    });
  }
  return steps;
}

type About = Pick<RepairStep, 'team' | 'dataset' | 'version' | 'pipeline' | 'owner'>;

function rollBack(
  bad: KnownVersion,
  good: KnownVersion,
): Pick<RepairStep, 'action' | 'reason' | 'command'> {
  return {
    action: 'roll back',
    reason: `${good.version} was current before: readers see it until a good one is there`,
    command: `millrace data rollback ${bad.dataset} ${good.version} --team ${bad.team}`,
  };
}

function again({ team, pipeline, interval }: KnownVersion): string {
  const slice = interval === undefined ? '' : ` --interval ${interval}`;
  return `millrace run ${pipeline}${slice} --team ${team}`;
}
