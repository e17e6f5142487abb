/**
 * A contract as a deployment has it: what stood in its file, at its dataset.
 * @module
 */
import { z } from 'zod';
import type { JsonObject } from '../../asl/json.js';
import type { Contract } from '../../datasets/contract.js';
import { builtContract } from './build-contract.js';
import { inlineContractShape } from './contract-shape.js';

/**
 * What a contract means that stands at its dataset, as a deployment has it.
 * @returns the first thing that is wrong with it instead
 * @example storedContract('parcels', { columns: { id: 'bigint' } })
 */
export function storedContract(
  dataset: string,
  { contract: _other, ...json }: JsonObject,
): { contract: Contract } | { problem: string } {
  const checkedShape = inlineContractShape.safeParse(json);
  if (!checkedShape.success) return { problem: z.prettifyError(checkedShape.error) };
  let problem: string | undefined;
  const contract = builtContract({ contract: dataset, ...checkedShape.data }, (path, message) => {
    problem ??= `${path.join('.')}: ${message}`;
  });
  return problem === undefined ? { contract } : { problem };
}
