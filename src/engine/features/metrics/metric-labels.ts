/**
 * Which labels a job's series carry: its name and team, and those tags that the operator has chosen. Anything else would
 * let whoever writes a pipeline file make as many series as he likes.
 * @module
 */
import type { Labels } from './family.js';

/** What an operator may say about metrics. */
export interface MetricsConfig {
  /** Tags whose values become labels; keys are compared whatever their case. Default: none. */
  readonly tags?: readonly string[];
  /** Jobs that have series of their own; all beyond are counted together, as `other`. Default: 10,000. */
  readonly jobs?: number;
}

/** The job of all that have no series of their own. No pipeline can have this name twice: it is told apart by nothing else. */
export const OTHER = 'other';
export const MOST_JOBS = 10_000;
const MOST_TAGS = 8;
/** Characters of a label's value; what is longer is cut. */
const LONGEST_VALUE = 128;
const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
/** Set by us, by Prometheus, or by the format. */
const RESERVED = new Set(['job', 'team', 'outcome', 'instance', 'le', 'quantile']);

/** A choice of tags that cannot be labels. Its message says which, and what to do. */
export class MetricTagsError extends Error {
  override readonly name = 'MetricTagsError';
}

/** Tag keys in small letters, with the label that each becomes. */
export type TagLabels = ReadonlyMap<string, string>;

/**
 * The labels of chosen tags.
 * @throws MetricTagsError for too many, for one twice, and for one whose name a label cannot have
 * @example tagLabels(['county', 'data-type']) // county → county, data-type → data_type
 */
export function tagLabels(tags: readonly string[]): TagLabels {
  if (tags.length > MOST_TAGS) {
    throw new MetricTagsError(
      `${tags.length} tags are chosen for metrics. At most ${MOST_TAGS} can be labels.`,
    );
  }
  const labels = new Map<string, string>();
  for (const tag of tags) {
    const plain = tag.replaceAll(/[^a-zA-Z0-9_]/g, '_');
    const label = RESERVED.has(plain) ? `tag_${plain}` : plain;
    if (!NAME.test(label) || label.startsWith('__')) {
      throw new MetricTagsError(
        `The tag '${tag}' cannot be a label: a label begins with a letter.`,
      );
    }
    if ([...labels.values()].includes(label)) {
      throw new MetricTagsError(
        `Two of the tags chosen for metrics become the label '${label}': choose one of them.`,
      );
    }
    labels.set(tag.toLowerCase(), label);
  }
  return labels;
}

/**
 * The labels of a pipeline's series; a tag that it does not have is absent.
 * @example labelsOf({ team: 'parcels', name: 'nightly' }, { County: 'example' }, tagLabels(['county']))
 */
export function labelsOf(
  { team, name }: { team: string; name: string },
  tags: { readonly [key: string]: string },
  chosen: TagLabels,
): Labels {
  const labels: { [name: string]: string } = { job: name, team };
  if (chosen.size === 0) return labels;
  for (const [key, value] of Object.entries(tags)) {
    const label = chosen.get(key.toLowerCase());
    if (label !== undefined) labels[label] = shortened(value);
  }
  return labels;
}

/** Never cuts a letter in two. */
function shortened(value: string): string {
  if (value.length <= LONGEST_VALUE) return value;
  return `${[...value.slice(0, LONGEST_VALUE - 1)].filter((letter) => !/^[\uD800-\uDFFF]$/.test(letter)).join('')}…`;
}
