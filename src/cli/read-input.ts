/**
 * JSON as commands take it: as it stands, `@FILE`, or `-` for standard input.
 * @module
 */
import { readFile } from 'node:fs/promises';
import type { Json } from '../asl/json.js';
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';

/**
 * Reads a value from a flag.
 * @throws CommandFailure when it is no JSON or cannot be read
 */
export async function readInput(text: string): Promise<Json> {
  const source = await inputText(text);
  try {
    // Editors of Windows begin a file with a byte order mark.
    return JSON.parse(source.replace(/^\uFEFF/, '')) as Json;
  } catch (error) {
    throw new CommandFailure(`The input is not JSON: ${(error as Error).message}`, {
      exitCode: EXIT.usage,
      code: 'MILL5005',
      fix: 'Quote it for the shell, e.g. --input \'{"a":1}\', or use --input @FILE.',
    });
  }
}

async function inputText(text: string): Promise<string> {
  if (text === '-') return await readAll(process.stdin);
  if (!text.startsWith('@')) return text;
  const file = text.slice(1);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandFailure(
      `The input file '${file}' cannot be read: ${(error as Error).message}`,
      {
        exitCode: EXIT.usage,
        code: 'MILL5013',
        fix: 'Give the path of a JSON file after the @, as seen from this folder.',
      },
    );
  }
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
