/**
 * Reads a contract file for a command.
 * @module
 */
import { readFileSync } from 'node:fs';
import type { Contract } from '../datasets/contract.js';
import { loadContract } from '../pipelines/contract-file/contract-file.js';
import { formatProblems } from '../pipelines/format-problems.js';
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';

/**
 * @param tell takes the problems as text
 * @throws CommandFailure when the file is not there, or something is wrong with it
 */
export function readContract(file: string, tell: (text: string) => void): Contract {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandFailure(`${file} cannot be read: ${(error as Error).message}`, {
      exitCode: EXIT.notFound,
      code: 'MILL5702',
      fix: 'Name a contract file; millrace contract infer FILE proposes one.',
    });
  }
  const { contract, problems } = loadContract(file, text);
  if (contract !== undefined) return contract;
  tell(formatProblems(problems, new Map([[file, text]])));
  throw new CommandFailure(`${file} is no contract that holds.`, {
    exitCode: EXIT.invalidDefinition,
    code: 'MILL5703',
    fix: 'Mend what is named above.',
    details: problems.map(({ line, column, message }) => ({
      path: `${file}:${line}:${column}`,
      message,
    })),
  });
}
