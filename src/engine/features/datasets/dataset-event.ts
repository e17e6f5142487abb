/**
 * What the bus tells of datasets: source `millrace.datasets`, on the default bus of their team.
 * @module
 */
import type { NewEvent } from '../../kernel/bus-event.js';
import type { DatasetChange } from '../../kernel/facts.js';

const WORDS = {
  published: 'Dataset Version Published',
  kept: 'Dataset Version Kept',
  'contract failed': 'Dataset Contract Failed',
  quarantined: 'Dataset Rows Quarantined',
  'rolled back': 'Dataset Rolled Back',
} as const;

export function datasetEvent({ team, name, at, type, ...said }: DatasetChange): NewEvent {
  return {
    source: 'millrace.datasets',
    detailType: WORDS[type],
    time: `${new Date(at).toISOString().slice(0, 19)}Z`,
    resources: [`${team}:${name}`],
    detail: { dataset: name, team, ...said },
  };
}
