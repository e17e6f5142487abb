import { readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Args } from '@oclif/core';
import colors from 'picocolors';
import { formatProblems } from '../../pipelines/format-problems.js';
import { loadPipeline } from '../../pipelines/load-pipeline.js';
import { isYamlOfOurs, TEST_FILE } from '../../pipelines/pipeline-files.js';
import type { ReadFile } from '../../pipelines/plan.js';
import { type Problem, sortProblems } from '../../pipelines/problem.js';
import { MillraceCommand } from '../base-command.js';
import { EXIT } from '../exit-codes.js';

interface Report {
  files: number;
  errors: number;
  warnings: number;
  problems: Problem[];
}

/** `millrace validate`: checks pipeline files without a server. */
export default class Validate extends MillraceCommand {
  static override summary =
    'Check pipeline files: all problems at once, with file:line:column and the fix';
  static override strict = false;
  static override examples = [
    '<%= config.bin %> validate',
    '<%= config.bin %> validate pipelines/orders.yaml --json',
  ];
  static override args = {
    paths: Args.string({
      description: 'files or folders (default: ./pipelines, else this folder)',
    }),
  };

  async run(): Promise<Report> {
    const { argv } = await this.parse(Validate);
    const files = pipelineFiles(argv as string[]);
    const texts = new Map<string, string>();
    const read = async (path: string): Promise<string | undefined> => {
      try {
        const text = await readFile(path, 'utf8');
        texts.set(path, text);
        return text;
      } catch {
        return undefined;
      }
    };
    const found: Problem[] = [];
    for (const file of files) {
      if (TEST_FILE.test(file)) found.push(...(await ownProblems(file, read)));
      else found.push(...(await loadPipeline(file, read)).problems);
    }
    const here = (path: string): string => relative(process.cwd(), path) || path;
    const problems = sortProblems(
      found.map((problem) => ({ ...problem, file: here(problem.file) })),
    );
    const sources = new Map([...texts].map(([path, text]) => [here(path), text]));
    if (!this.jsonEnabled() && problems.length > 0) {
      process.stderr.write(`${coloured(formatProblems(problems, sources))}\n`);
    }
    const errors = problems.filter((problem) => problem.severity === 'error').length;
    const warnings = problems.length - errors;
    if (process.env.GITHUB_ACTIONS === 'true') {
      for (const { severity, file, line, column, message } of problems) {
        this.log(
          `::${severity} file=${file},line=${line},col=${column}::${message.replaceAll('\n', ' ')}`,
        );
      }
    }
    this.say(
      `${count(files.length, 'file')}: ${count(errors, 'error')}, ${count(warnings, 'warning')}`,
    );
    if (errors > 0) process.exitCode = EXIT.invalidDefinition;
    return { files: files.length, errors, warnings, problems };
  }
}

/** Problems of a test file; those of its pipeline are told with the pipeline. */
async function ownProblems(file: string, read: ReadFile): Promise<Problem[]> {
  const { loadTests } = await import('../../testing/load-tests.js');
  const { problems, pipelineFiles: others } = await loadTests(file, read);
  return problems.filter((problem) => !others.has(problem.file));
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function coloured(text: string): string {
  return text
    .replaceAll(/^error\[/gm, colors.red('error['))
    .replaceAll(/^warning\[/gm, colors.yellow('warning['))
    .replaceAll(/^( why:| fix:)/gm, colors.dim('$1'));
}

function pipelineFiles(paths: readonly string[]): string[] {
  const wanted = paths.length > 0 ? paths : [exists('pipelines') ? 'pipelines' : '.'];
  const files: string[] = [];
  for (const path of wanted) {
    if (!exists(path) || statSync(path).isFile()) {
      files.push(path);
      continue;
    }
    for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name);
      const inside = relative(path, file);
      if (entry.isFile() && isYamlOfOurs(inside)) files.push(file);
    }
  }
  return files.sort();
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
