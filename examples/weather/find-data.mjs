// Finds the folder of data sets that the package vega-datasets brings.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

export function findData() {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const data = join(folder, 'node_modules/vega-datasets/data');
    if (existsSync(data)) return data;
    if (dirname(folder) === folder) throw new Error('vega-datasets is not installed: run npm ci');
  }
}
