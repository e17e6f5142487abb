/**
 * What challengers are handed: versions that executions have written, and what differs between two of them.
 * @module
 */

import type { CatalogueData, CompareData } from '../features/catalogue/known-datasets.js';
import { diffVersions } from '../features/catalogue/version-diffs.js';
import type { VersionPeers } from '../features/challengers/compare-executions.js';
import { VERSIONS } from '../features/datasets/dataset-tables.js';
import type { Kernel } from '../kernel/kernel.js';
import { EVERYTHING } from '../kernel/scope.js';

/** Versions of one execution that are compared. */
const MOST_VERSIONS = 1_000;

/** @param data undefined: nothing here keeps datasets */
export function challengerVersions(
  { reads }: Pick<Kernel, 'reads'>,
  data: CatalogueData | undefined,
  compare: CompareData,
): VersionPeers {
  return {
    writtenBy: async (execution) =>
      await reads.listRows(VERSIONS, {
        where: { execution },
        order: { by: ['number'] },
        limit: MOST_VERSIONS,
      }),
    async diff(from, to, signal) {
      if (data === undefined) return {};
      const name = `${from.team}:${from.dataset}`;
      // Nobody is shown rows of a comparison: it may be read by whoever may not read data.
      const asked = { name, from: from.version, to: to.version, examples: 0 };
      return await diffVersions(data, compare, EVERYTHING, asked, signal);
    },
  };
}
