/**
 * Contracts of the datasets that a pipeline writes: files are read when the pipeline is, so that a deployment has what it was
 * checked with, whatever becomes of the files.
 * @module
 */
import { builtContract } from './contract-file/build-contract.js';
import { contractIn, reportAt } from './contract-file/contract-file.js';
import type { InlineContract } from './contract-file/contract-shape.js';
import { type Loading, pathInside, readText } from './loading.js';
import type { WrittenDataset } from './sections/datasets-section.js';
import { problemAt, type SourceFile } from './source-file.js';

/** The datasets, with what stands in each file instead of its name. Problems are added. */
export async function withContracts(
  written: { readonly [name: string]: WrittenDataset },
  source: SourceFile,
  loading: Loading,
): Promise<{ [name: string]: WrittenDataset }> {
  const found: { [name: string]: WrittenDataset } = {};
  for (const [name, dataset] of Object.entries(written)) {
    const { contract } = dataset;
    if (typeof contract === 'string') {
      const read = await readContract(name, contract, source, loading);
      found[name] = read === undefined ? dataset : { ...dataset, contract: read };
      continue;
    }
    const at = ['datasets', name, 'contract'];
    if (contract !== undefined) {
      builtContract({ contract: name, ...contract }, reportAt(source, at, loading.problems));
    }
    found[name] = dataset;
  }
  return found;
}

async function readContract(
  name: string,
  file: string,
  source: SourceFile,
  loading: Loading,
): Promise<InlineContract | undefined> {
  const path = pathInside(loading, file);
  const text = path === undefined ? undefined : await loading.readFile(path);
  if (path === undefined || text === undefined) {
    const message =
      path === undefined ? `${file} is not in the pipeline's folder` : `there is no file ${file}`;
    const at = ['datasets', name, 'contract'];
    const fix =
      path === undefined ? {} : { fix: `millrace contract infer DATA --dataset ${name} > ${file}` };
    loading.problems.push(problemAt(source, at, 'MILL1001', message, fix));
    return undefined;
  }
  // Several datasets may promise the same: what is wrong with it is told once.
  const isNew = !loading.sources.has(path);
  const contract = readText(path, text, isNew ? loading : { ...loading, problems: [] });
  if (contract === undefined) return undefined;
  const { contract: _name, ...written } =
    contractIn(contract, isNew ? loading.problems : [])?.written ?? {};
  return written;
}
