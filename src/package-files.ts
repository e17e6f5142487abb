/**
 * What lies in the package beside the compiled sources.
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the package, wherever it is installed. @example packageFile('schema/pipeline.json') */
export function packageFile(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

export function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

/** Undefined when the console was not built. */
export function consoleFolder(): string | undefined {
  const folder = packageFile('web/dist');
  try {
    readFileSync(join(folder, 'index.html'));
    return folder;
  } catch {
    return undefined;
  }
}
