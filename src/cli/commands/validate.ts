import { readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Args } from '@oclif/core';
import colors from 'picocolors';
import { loadContract } from '../../pipelines/contract-file/contract-file.js';
import { loadExpectations } from '../../pipelines/expectations/expectation-file.js';
import { formatProblems } from '../../pipelines/format-problems.js';
import { loadPipeline } from '../../pipelines/load-pipeline.js';
import { loadMonitors } from '../../pipelines/monitors/monitor-file.js';
import { fileKind, isYamlOfOurs, strayLink, TEST_FILE } from '../../pipelines/pipeline-files.js';
import { loadPlain } from '../../pipelines/plain/load-plain.js';
import type { ReadFile } from '../../pipelines/plan.js';
import { type Problem, sortProblems } from '../../pipelines/problem.js';
import { loadTeamFile } from '../../pipelines/team-file/team-file.js';
import { MillraceCommand } from '../base-command.js';
import { EXIT } from '../exit-codes.js';
import { leadsInside } from '../link-target.js';

interface Report {
  files: number;
  errors: number;
  warnings: number;
  problems: Problem[];
}

/** Definitions that lie beside pipeline files. */
const PLAIN_JSON = /\.asl\.json$/;
/** What a contract file is called. */
const CONTRACT_FILE = /\.contract\.ya?ml$/i;

/** `millrace validate`: checks pipeline files, and definitions of Step Functions as they are, without a server. */
export default class Validate extends MillraceCommand {
  static override summary =
    'Check pipeline files and Step Functions definitions: all problems at once, with file:line:column and the fix';
  static override description =
    'Takes pipeline files, definitions in Amazon States Language (JSON or YAML), and templates of CloudFormation, SAM and the CDK with state machines in them; it tells them by their content.';
  static override strict = false;
  static override examples = [
    '<%= config.bin %> validate',
    '<%= config.bin %> validate pipelines/orders.yaml --json',
    '<%= config.bin %> validate orders.asl.json template.yaml cdk.out/Stack.template.json',
  ];
  static override args = {
    paths: Args.string({
      description: 'files or folders (default: ./pipelines, else this folder)',
    }),
  };

  async run(): Promise<Report> {
    const { argv } = await this.parse(Validate);
    const paths = argv as string[];
    const found: Problem[] = [];
    const files = pipelineFiles(paths, found);
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
    for (const file of files) {
      // A definition that a pipeline names has been checked with it.
      if (PLAIN_JSON.test(file) && !paths.includes(file) && texts.has(file)) continue;
      if (TEST_FILE.test(file)) found.push(...(await ownProblems(file, read)));
      else found.push(...(await problemsOf(file, read)));
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

/** Problems of a pipeline file, a file of monitors, expectations or a team, a contract, or of the definitions in a file of AWS's own kind. */
async function problemsOf(file: string, read: ReadFile): Promise<Problem[]> {
  const text = await read(file);
  if (text !== undefined && isContract(file, text)) return loadContract(file, text).problems;
  const kind = text === undefined ? 'other' : fileKind(file, text);
  if (text !== undefined && kind === 'monitors') return loadMonitors(file, text).problems;
  if (text !== undefined && kind === 'expectations') return loadExpectations(file, text).problems;
  if (text !== undefined && kind === 'team') return loadTeamFile(file, text).problems;
  const plain = await loadPlain(file, read);
  return (plain ?? (await loadPipeline(file, read))).problems;
}

/** By its name, or by how it begins: one that is named on the command line may be called anything. */
function isContract(file: string, text: string): boolean {
  return CONTRACT_FILE.test(file) || (/^contract\s*:/m.test(text) && !/^pipeline\s*:/m.test(text));
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

/** @param problems gets the links that are not followed */
function pipelineFiles(paths: readonly string[], problems: Problem[]): string[] {
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
      if (!isYamlOfOurs(inside) && !isPlainOfOurs(inside)) continue;
      if (entry.isFile() || (entry.isSymbolicLink() && leadsInside(path, file))) files.push(file);
      else if (entry.isSymbolicLink()) problems.push(strayLink(file));
    }
  }
  // Pipeline files first: definitions that they name are checked with them.
  const isPlain = (file: string): number => (PLAIN_JSON.test(file) ? 1 : 0);
  return files.sort((a, b) => isPlain(a) - isPlain(b) || (a < b ? -1 : 1));
}

/** A definition as it is, by its name, where pipeline files are looked for too. */
function isPlainOfOurs(path: string): boolean {
  return PLAIN_JSON.test(path) && isYamlOfOurs(path.replace(/\.json$/, '.yaml'));
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
