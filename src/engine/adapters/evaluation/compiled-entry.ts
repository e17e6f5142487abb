/**
 * Where the compiled JavaScript of a program lies that is started as a process of its own.
 * @module
 */
import { fileURLToPath } from 'node:url';

/**
 * Path of a compiled file beside the calling module. Under vitest modules run from `src/`, and what Node itself starts
 * must come from `dist/`: build the server first.
 *
 * @example compiledEntry(import.meta.url, './child.js')
 */
export function compiledEntry(moduleUrl: string, file: string): string {
  const path = fileURLToPath(new URL(file, moduleUrl));
  return moduleUrl.endsWith('.ts')
    ? path.replace(/([\\/])src([\\/])(?!.*[\\/]src[\\/])/, '$1dist$2')
    : path;
}
