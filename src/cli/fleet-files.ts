/**
 * The pipelines of a folder with their templates, as the server would read them: what `millrace fleet` is about.
 * @module
 */
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { JsonObject } from '../asl/json.js';
import { isObject } from '../asl/json.js';
import { overriddenSections } from '../pipelines/fleet/overridden.js';
import { parseReference } from '../pipelines/fleet/template-reference.js';
import { loadPipeline } from '../pipelines/load-pipeline.js';
import { fileKind, isYamlOfOurs, TEST_FILE } from '../pipelines/pipeline-files.js';
import type { PipelinePlan } from '../pipelines/plan.js';
import type { Problem } from '../pipelines/problem.js';
import { readSource } from '../pipelines/source-file.js';
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';
import { leadsInside } from './link-target.js';

/** A pipeline file, and what came of reading it. */
export interface FleetFile {
  /** As the folder was named, and on from there. */
  readonly file: string;
  readonly text: string;
  /** What it says of itself; its template may say more. */
  readonly pipeline: string;
  /** `NAME@VERSION`; undefined when it uses none. */
  readonly template: string | undefined;
  /** Absent when something is wrong in it. */
  readonly plan?: PipelinePlan;
  readonly problems: readonly Problem[];
  /** Sections that its template says, too. */
  readonly overrides: readonly string[];
}

/** A pipeline that can be deployed. */
export type FleetMember = FleetFile & { readonly plan: PipelinePlan };

export interface FleetFolder {
  readonly folder: string;
  /** By the names of the files. */
  readonly files: readonly FleetFile[];
  /** References to the templates that lie beside the pipelines of a folder, by that folder. */
  readonly templates: ReadonlyMap<string, ReadonlySet<string>>;
  /** Loads a file as if it had this text. */
  load(file: string, text: string): Promise<{ plan?: PipelinePlan; problems: Problem[] }>;
}

/** As the server: more is a mistake (a home folder, say). */
const MOST_FILES = 5_000;
const TEMPLATE_FILE = /\.ya?ml$/i;

/**
 * Reads all pipeline files of a folder; links that lead out of it are not followed.
 * @param given undefined: `pipelines` when it is there, else this folder
 * @throws CommandFailure MILL5763 when it is no folder, or holds too many files
 */
export async function readFleet(given: string | undefined): Promise<FleetFolder> {
  const folder = given ?? (isFolder('pipelines') ? 'pipelines' : '.');
  if (!isFolder(folder)) throw noFolder(`There is no folder ${folder}.`);
  const { pipelines, templates } = findFiles(folder);
  const texts = new Map<string, Promise<string | undefined>>();
  const read = (path: string): Promise<string | undefined> => {
    const known = texts.get(path) ?? readInside(folder, path);
    texts.set(path, known);
    return known;
  };
  const load: FleetFolder['load'] = (file, text) =>
    loadPipeline(file, (path) => (path === file ? Promise.resolve(text) : read(path)));
  const files: FleetFile[] = [];
  for (const file of pipelines) {
    const text = await read(file);
    if (text === undefined || fileKind(file, text) !== 'pipeline') continue;
    const own = saidIn(file, text);
    const template = typeof own.template === 'string' ? own.template : undefined;
    files.push({
      ...{ file, text, template },
      pipeline: typeof own.pipeline === 'string' ? own.pipeline : basename(file),
      ...(await load(file, text)),
      overrides: template === undefined ? [] : await overridesOf(file, own, template, read),
    });
  }
  return { folder, files, templates, load };
}

/** Those that can be deployed and use a template, by team and name; a name that two files have in a team is the first's. */
export function membersUsing(
  fleet: FleetFolder,
  template: string,
  team: string | undefined,
): FleetMember[] {
  const members = new Map<string, FleetMember>();
  for (const one of fleet.files) {
    if (one.template !== template || one.plan === undefined) continue;
    if (team !== undefined && one.plan.team !== team) continue;
    const key = memberKey(one.plan);
    if (!members.has(key)) members.set(key, one as FleetMember);
  }
  return [...members.values()].sort((a, b) => (memberKey(a.plan) < memberKey(b.plan) ? -1 : 1));
}

/** Names sort before teams: those of a fleet are what it is spread over. */
export function memberKey({ name, team }: { name: string; team: string }): string {
  return `${name}\n${team}`;
}

/** @throws CommandFailure MILL5764 unless both are references, of two templates */
export function checkReferences(from: string, to: string): void {
  for (const each of [from, to]) {
    if (parseReference(each) === undefined) throw noReference(`'${each}' is no template.`);
  }
  if (from === to) throw noReference(`${from} is both the old and the new template.`);
}

function noReference(message: string): CommandFailure {
  return new CommandFailure(message, {
    exitCode: EXIT.usage,
    code: 'MILL5764',
    fix: 'Name two, with their versions: standard-etl@1 standard-etl@2',
  });
}

function noFolder(message: string): CommandFailure {
  return new CommandFailure(message, {
    exitCode: EXIT.usage,
    code: 'MILL5763',
    fix: 'Name the folder of the pipeline files.',
  });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function findFiles(folder: string): Pick<FleetFolder, 'templates'> & { pipelines: string[] } {
  const pipelines: string[] = [];
  const templates = new Map<string, Set<string>>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!TEMPLATE_FILE.test(entry.name)) continue;
    if (!entry.isFile() && !(entry.isSymbolicLink() && leadsInside(folder, file))) continue;
    if (basename(dirname(file)) === 'templates') {
      const beside = dirname(dirname(file));
      const reference = entry.name.replace(TEMPLATE_FILE, '');
      if (parseReference(reference) === undefined) continue;
      templates.set(beside, (templates.get(beside) ?? new Set()).add(reference));
    } else if (isYamlOfOurs(relative(folder, file)) && !TEST_FILE.test(file)) {
      pipelines.push(file);
    }
    if (pipelines.length > MOST_FILES) {
      throw noFolder(`${folder} holds more than ${MOST_FILES} YAML files.`);
    }
  }
  return { pipelines: pipelines.sort(), templates };
}

async function readInside(folder: string, path: string): Promise<string | undefined> {
  try {
    if (!realpathSync(path).startsWith(realpathSync(folder) + sep)) return undefined;
    return await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
}

async function overridesOf(
  file: string,
  own: JsonObject,
  template: string,
  read: (path: string) => Promise<string | undefined>,
): Promise<string[]> {
  for (const ending of ['yaml', 'yml']) {
    const path = join(dirname(file), 'templates', `${template}.${ending}`);
    const text = await read(path);
    if (text !== undefined) return overriddenSections(own, saidIn(path, text));
  }
  return [];
}

/** What a file says, as far as it can be read; loading it tells what is wrong. */
function saidIn(file: string, text: string): JsonObject {
  const value = readSource(file, text, [])?.value;
  return value !== undefined && isObject(value) ? value : {};
}
