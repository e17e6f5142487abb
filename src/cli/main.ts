/**
 * Starts the command line.
 * @module
 */
import { execute, settings } from '@oclif/core';

/**
 * Runs one command.
 * @param argv arguments after the program's name
 * @param from URL of the starting script: beside it lies the package
 */
export async function run(argv: readonly string[], from: string): Promise<void> {
  // Compiled code is all there is; looking for sources would cost a tenth of a second.
  settings.enableAutoTranspile = false;
  await execute({ args: [...argv], dir: from, development: false });
}
