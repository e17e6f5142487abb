/**
 * Reading a secret value: from standard input, or typed without being shown. Never from an argument, which every process of
 * the machine can see.
 * @module
 */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';

const LONGEST = 65_536;

/**
 * The value, without the newline at its end.
 * @throws CommandFailure when there is none
 */
export async function readSecret(question: string): Promise<string> {
  const value = process.stdin.isTTY ? await ask(question) : await readAll();
  if (value !== '') return value;
  throw new CommandFailure('There is no value.', {
    exitCode: EXIT.usage,
    code: 'MILL5070',
    fix: 'Type it when you are asked, or send it: printf %s "$VALUE" | millrace secret set NAME',
  });
}

async function readAll(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.length > LONGEST * 2) break;
  }
  return text.replace(/\r?\n$/, '');
}

function ask(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const line = createInterface({ input: process.stdin, output: silent, terminal: true });
  return new Promise((resolve) => {
    let answer = '';
    line.once('line', (text) => {
      answer = text;
      line.close();
    });
    line.once('close', () => {
      process.stderr.write('\n');
      resolve(answer);
    });
  });
}
