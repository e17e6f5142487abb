/**
 * The program file of a child process that is written in TypeScript.
 *
 * Child processes run plain Node, which needs the compiled file. In the published package it lies beside its caller; when
 * the tests run the sources directly, it lies in `dist` at the same place.
 * @module
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Absolute path of a compiled module.
 * @param name relative to the caller, with the ending `.js`
 * @param callerUrl the caller's `import.meta.url`
 */
export function compiledEntry(name: string, callerUrl: string): string {
  const beside = fileURLToPath(new URL(name, callerUrl));
  if (existsSync(beside)) return beside;
  const compiled = beside.replace(/([\\/])src([\\/]connectors[\\/])/, '$1dist$2');
  if (existsSync(compiled)) return compiled;
  throw new Error(`${beside} is not compiled. Run: npm run build:server`);
}
