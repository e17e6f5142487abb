/**
 * Keeps the deployed pipelines equal to the files of a folder.
 *
 *     file saved → wait until it is quiet → read all files → check → deploy what changed and is valid
 *
 * A file with errors deploys nothing: the version before goes on. A file that is gone leaves its pipeline deployed, since
 * its executions may still be running. Problems are kept, for the console and for `millrace show`.
 * @module
 */

import { open, readdir, realpath } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import type { JsonObject } from '../asl/json.js';
import { loadPipeline } from '../pipelines/load-pipeline.js';
import { LoadedFiles } from '../pipelines/loaded-files.js';
import {
  type FileKind,
  fileKind,
  isYamlOfOurs,
  strayLink,
  TEST_FILE,
} from '../pipelines/pipeline-files.js';
import type { PipelinePlan } from '../pipelines/plan.js';
import { isDeployable, type Problem, sortProblems } from '../pipelines/problem.js';
import { type PipelineRef, pipelineKey } from '../store/pipeline-ref.js';
import type { Engine, PipelineDeployment, PipelineSummary } from './engine.js';
import { declareExpectations } from './expectation-files.js';
import { EngineError } from './kernel/errors.js';
import { EVERYTHING, ofTeam } from './kernel/scope.js';
import { declareMonitors } from './monitor-files.js';
import { poolProblems } from './pool-problems.js';
import { declareTeams } from './team-files.js';

export interface PipelineFolder {
  /** Absolute path. */
  readonly folder: string;
  /** Problems of all files, as they were last read; `file` is relative to the folder. */
  problems(): Problem[];
  /** Reads all files now; answers when everything valid is deployed. */
  reload(): Promise<void>;
  /**
   * Reads a text as if it were the file of a pipeline, with the same checks; what it names is looked for where that file lies.
   * Nothing is deployed.
   * @returns what to store as a candidate, or what is wrong
   */
  readCandidate(pipeline: PipelineRef, text: string): Promise<ReadCandidate>;
  close(): Promise<void>;
}

/** A pipeline file that is to be tried. */
export type ReadCandidate =
  | { readonly deployment: PipelineDeployment }
  | { readonly problems: readonly Problem[] };

export interface PipelineFolderConfig {
  engine: Engine;
  folder: string;
  /** Watch for changes. Default: true. */
  watch?: boolean;
  /** More that may be wrong in a plan, beside what its file tells. Default: nothing. */
  check?: (plan: PipelinePlan) => Problem[];
  /** Codes of warnings that are none on this server. Default: all are. */
  untold?: ReadonlySet<string>;
  /** Called after each reading in which something was deployed or is wrong. */
  onChange?: (change: { deployed: readonly string[]; problems: readonly Problem[] }) => void;
}

/** Milliseconds without a change before the files are read: editors write in several steps. */
const QUIET_MS = 150;
/** A folder with more files than this is a mistake (a home folder, say), not a project. */
const MAX_FILES = 5_000;
/** Files that are read at the same time. */
const AT_A_TIME = 32;
/** Read of one file: enough for the checks to see that a larger one is too large. */
const MAX_FILE_BYTES = 4 * 1024 * 1024 + 4;
const NEVER_WATCHED = /(^|[/\\])(node_modules|__pycache__|\.[^/\\]+)$/;
/** Files whose content is read here; of all others it only matters whether they exist. */
const READ = /\.(ya?ml|json)$/i;

/**
 * Reads the folder once, then watches it.
 * @example const folder = await openPipelineFolder({ engine, folder: 'pipelines' });
 */
export async function openPipelineFolder(config: PipelineFolderConfig): Promise<PipelineFolder> {
  const folder = resolve(config.folder);
  let problems: Problem[] = [];
  let reading: Promise<void> = Promise.resolve();
  let quiet: NodeJS.Timeout | undefined;
  let lastTold = '[]';
  const loaded = new LoadedFiles();
  /** The version that each plan has become: a plan whose version is the current one still has nothing to do. */
  const served = new WeakMap<PipelinePlan, number>();
  /** The file of each pipeline, as the files were last read. */
  let fileOf: ReadonlyMap<string, string> = new Map();

  async function read(): Promise<void> {
    const found: Problem[] = [];
    const files = await pipelineFiles(folder, found, readInside);
    const plans = await readPlans(files.pipelines, found);
    const before = await config.engine.pipelines.list(EVERYTHING);
    const versions = new Map(before.map((known) => [pipelineKey(known), known.version]));
    // All at once: the engine writes many in one commit.
    const outcomes = await Promise.all(
      [...plans].map(async ([file, plan]): Promise<Deployed> => {
        const current = versions.get(pipelineKey(plan));
        if (current !== undefined && served.get(plan) === current) return {};
        const outcome = await deploy(config.engine, plan, file, current);
        if (outcome.version !== undefined) served.set(plan, outcome.version);
        return outcome;
      }),
    );
    const deployed = outcomes.flatMap(({ deployed = [] }) => deployed);
    found.push(...outcomes.flatMap(({ problem = [] }) => problem));
    fileOf = new Map([...plans].map(([file, plan]) => [pipelineKey(plan), file]));
    const owners = new Set(fileOf.keys());
    const first = outcomes.flatMap(({ first = [] }) => first);
    await withdrawFormer(config.engine, first, before, owners);
    found.push(...(await declareMonitors(config.engine, folder, files.monitors, readInside)));
    found.push(
      ...(await declareExpectations(config.engine, folder, files.expectations, readInside)),
    );
    found.push(...(await declareTeams(config.engine, folder, files.teams, readInside)));
    found.push(...poolProblems(config.engine, plans.values()));
    problems = sortProblems(found).map((problem) => ({
      ...problem,
      file: relative(folder, problem.file) || basename(problem.file),
    }));
    const told = JSON.stringify(problems);
    if (deployed.length > 0 || told !== lastTold) config.onChange?.({ deployed, problems });
    lastTold = told;
  }

  /** What the files say, in the order of their names; of two that define the same pipeline the first counts. */
  async function readPlans(
    files: readonly string[],
    found: Problem[],
  ): Promise<Map<string, PipelinePlan>> {
    const plans = new Map<string, PipelinePlan>();
    const owners = new Map<string, string>();
    loaded.keepOnly(files);
    const results = await together(files, (file) => loaded.load(file, readInside));
    for (const [file, { plan, problems: own }] of results) {
      found.push(...own.filter(({ code }) => config.untold?.has(code) !== true));
      if (plan === undefined || !isDeployable(own)) continue;
      const further = config.check?.(plan) ?? [];
      found.push(...further);
      if (!isDeployable(further)) continue;
      const key = pipelineKey(plan);
      const first = owners.get(key);
      if (first !== undefined) {
        found.push(duplicateName(plan, file, first));
        continue;
      }
      owners.set(key, file);
      plans.set(file, plan);
    }
    return plans;
  }

  async function readCandidate(pipeline: PipelineRef, text: string): Promise<ReadCandidate> {
    // Read with the others: else it would be looked for where the file was a moment ago.
    await reading.catch(() => undefined);
    const file = fileOf.get(pipelineKey(pipeline)) ?? join(folder, `${pipeline.name}.yaml`);
    const { plan, problems: own } = await loadPipeline(file, async (path) =>
      path === file ? text : await readInside(path),
    );
    const found = own.filter(({ code }) => config.untold?.has(code) !== true);
    if (plan !== undefined) found.push(...(config.check?.(plan) ?? []));
    if (plan !== undefined && pipelineKey(plan) !== pipelineKey(pipeline)) {
      found.push(otherPipeline(plan, pipeline, file));
    }
    if (plan !== undefined && isDeployable(found)) return { deployment: deploymentOf(plan) };
    const problems = found.map((problem) => ({
      ...problem,
      file: problem.file === file ? CANDIDATE : relative(folder, problem.file),
    }));
    return { problems: sortProblems(problems) };
  }

  /** A change that nobody waits for: when the folder cannot be read, that is a problem like those in its files. */
  async function reloadAfterChange(): Promise<void> {
    try {
      await reload();
    } catch (error) {
      problems = [unreadable(folder, error)];
      config.onChange?.({ deployed: [], problems });
    }
  }

  /** One reading after the other. */
  function reload(): Promise<void> {
    reading = reading.then(read, read);
    return reading;
  }

  // Watched first and read then: a change in between is seen at least once.
  const watcher = config.watch === false ? undefined : await watchFolder(folder);
  watcher?.on('all', (event, path) => {
    // What a running pipeline writes beside its code is no change of the pipelines.
    if (event === 'change' && !READ.test(path)) return;
    clearTimeout(quiet);
    quiet = setTimeout(() => void reloadAfterChange(), QUIET_MS);
  });
  watcher?.on('error', (error) => {
    problems = [unreadable(folder, error)];
    config.onChange?.({ deployed: [], problems });
  });
  try {
    await reload();
  } catch (error) {
    await watcher?.close();
    throw error;
  }

  return {
    folder,
    problems: () => problems,
    reload,
    readCandidate,
    async close() {
      clearTimeout(quiet);
      await watcher?.close();
      await reading.catch(() => undefined);
    },
  };

  /** Reads a file that a pipeline names, if it really lies in the folder: links out of it are not followed. */
  async function readInside(path: string): Promise<string | undefined> {
    try {
      const [real, root] = [await realpath(path), await realpath(folder)];
      if (real !== root && !real.startsWith(root + sep)) return undefined;
      return await readBeginning(real);
    } catch {
      return undefined;
    }
  }
}

/** Answers when every change from now on is heard. */
async function watchFolder(folder: string): Promise<FSWatcher> {
  const watcher = watch(folder, {
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (path) => NEVER_WATCHED.test(relative(folder, path)),
  });
  await new Promise<void>((resolve, reject) => {
    watcher.once('ready', resolve);
    watcher.once('error', reject);
  });
  return watcher;
}

/**
 * Pipeline files, anywhere in the folder but in `templates`; test files are none. A link counts as what it leads to, as long
 * as that lies in the folder.
 * @param problems gets why a file that looks like one is not taken
 */
async function pipelineFiles(
  folder: string,
  problems: Problem[],
  readInside: (path: string) => Promise<string | undefined>,
): Promise<FilesByKind> {
  const candidates: string[] = [];
  const links = new Set<string>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    const isLink = entry.isSymbolicLink();
    if (!(entry.isFile() || isLink) || !isYamlOfOurs(relative(folder, file))) continue;
    if (TEST_FILE.test(file)) continue;
    candidates.push(file);
    if (isLink) links.add(file);
  }
  const files: FilesByKind = { pipelines: [], monitors: [], expectations: [], teams: [] };
  const kindIn = (file: string): ReturnType<typeof kindOf> =>
    links.has(file) ? kindOfLink(file, readInside) : kindOf(file);
  let count = 0;
  for (const [file, kind] of await together(candidates, kindIn)) {
    if (kind === 'other') continue;
    if (typeof kind === 'object') {
      problems.push(kind);
      continue;
    }
    count += 1;
    if (count > MAX_FILES) throw new Error(`${folder} holds more than ${MAX_FILES} YAML files`);
    files[LISTS[kind]].push(file);
  }
  for (const list of Object.values(files)) list.sort();
  return files;
}

interface FilesByKind {
  pipelines: string[];
  monitors: string[];
  expectations: string[];
  teams: string[];
}

const LISTS: { readonly [Kind in Exclude<FileKind, 'other'>]: keyof FilesByKind } = {
  pipeline: 'pipelines',
  monitors: 'monitors',
  expectations: 'expectations',
  team: 'teams',
};

/** Reads files, some at a time; in their order. */
async function together<Value>(
  files: readonly string[],
  read: (file: string) => Promise<Value>,
): Promise<[string, Value][]> {
  const all: [string, Value][] = [];
  for (let at = 0; at < files.length; at += AT_A_TIME) {
    const some = files.slice(at, at + AT_A_TIME);
    all.push(
      ...(await Promise.all(
        some.map(async (file): Promise<[string, Value]> => [file, await read(file)]),
      )),
    );
  }
  return all;
}

async function kindOf(file: string): Promise<ReturnType<typeof fileKind>> {
  let text: string;
  try {
    text = await readBeginning(file);
  } catch (error) {
    // It was removed a moment ago; or it is there, and somebody waits for it.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'other';
    return {
      ...unreadable(file, error),
      message: `the file cannot be read: ${error instanceof Error ? error.message : error}`,
      file,
      fix: 'let the server read it, or move it out of this folder',
    };
  }
  return fileKind(file, text);
}

async function kindOfLink(
  file: string,
  readInside: (path: string) => Promise<string | undefined>,
): ReturnType<typeof kindOf> {
  const text = await readInside(file);
  return text === undefined ? strayLink(file) : fileKind(file, text);
}

async function readBeginning(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.min(size, MAX_FILE_BYTES));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
    return bytes.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/**
 * A file that names another team than before has made another pipeline. The former one is withdrawn: it would be started by
 * the same triggers once more.
 * @param first plans of pipelines that were deployed for the first time
 * @param before what was deployed until then
 */
async function withdrawFormer(
  engine: Engine,
  first: readonly PipelinePlan[],
  before: readonly PipelineSummary[],
  owners: ReadonlySet<string>,
): Promise<void> {
  const folders = new Map(first.map(({ name, folder }) => [name, folder]));
  for (const former of before) {
    const { name, team } = former;
    const folder = folders.get(name);
    if (folder === undefined || owners.has(pipelineKey(former))) continue;
    const { deployment } = await engine.pipelines.describe(ofTeam(team), name);
    if (deployment.stateMachine !== undefined || deployment.folder !== folder) continue;
    await engine.pipelines.withdraw(EVERYTHING, former);
  }
}

interface Deployed {
  version?: number;
  /** Name and version, when it is a new one. */
  deployed?: string;
  /** The plan, when there was no such pipeline. */
  first?: PipelinePlan;
  problem?: Problem;
}

/** Deploys what a file says. One pipeline that the engine refuses keeps no other from being deployed. */
async function deploy(
  engine: Engine,
  plan: PipelinePlan,
  file: string,
  before: number | undefined,
): Promise<Deployed> {
  try {
    const deployment = deploymentOf(plan);
    if (engine.challengers.standingOf(deployment) === 'hold back') {
      return { problem: promotedOver(plan, file) };
    }
    const { version } = await engine.pipelines.deploy(deployment);
    await engine.challengers.fileRead(deployment);
    return {
      version,
      ...(version === before ? {} : { deployed: `${plan.name} v${version}` }),
      ...(before === undefined ? { first: plan } : {}),
    };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return { problem: refused(plan, file, error) };
  }
}

/** What the engine keeps of a plan. */
export function deploymentOf(plan: PipelinePlan): PipelineDeployment {
  return {
    name: plan.name,
    team: plan.team,
    tags: plan.tags,
    input: plan.input,
    definition: plan.definition,
    bindings: plan.bindings,
    folder: plan.folder,
    // What a file says is JSON: its types only name the members.
    sections: plan.sections as JsonObject,
  };
}

function refused(plan: PipelinePlan, file: string, error: EngineError): Problem {
  return {
    severity: 'error',
    code: 'MILL1201',
    message: error.message,
    file,
    line: 1,
    column: 1,
    length: 1,
    pipeline: plan.name,
    why: 'the version before stays deployed',
    fix: error.fix,
  };
}

/** What was promoted stays: the next change of the file is deployed. */
function promotedOver(plan: PipelinePlan, file: string): Problem {
  return {
    severity: 'warning',
    code: 'MILL1730',
    message: `the file says what pipeline "${plan.name}" was before a challenger was promoted`,
    file,
    line: 1,
    column: 1,
    length: 1,
    pipeline: plan.name,
    team: plan.team,
    why: 'the promoted version stays current until the file changes',
    fix: 'write what was promoted into the file: millrace challenger show NUMBER --text',
  };
}

function unreadable(folder: string, error: unknown): Problem {
  return {
    severity: 'error',
    code: 'MILL1001',
    message: `the folder ${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    file: '.',
    line: 1,
    column: 1,
    length: 1,
    why: 'what is deployed stays deployed, but changes are not seen',
    fix: 'bring the folder back, then reload or start the server again',
  };
}

/** What the text of a candidate is called where its problems are told: it lies in no file here. */
const CANDIDATE = 'candidate';

function otherPipeline(plan: PipelinePlan, pipeline: PipelineRef, file: string): Problem {
  return {
    severity: 'error',
    code: 'MILL1720',
    message: `the file is of the pipeline "${plan.name}" of the team "${plan.team}", not of "${pipeline.name}" of "${pipeline.team}"`,
    file,
    line: 1,
    column: 1,
    length: 1,
    pipeline: plan.name,
    why: 'a test run tries another version of one pipeline, and compares it with that',
    fix: `name it in the file: pipeline: ${pipeline.name}`,
  };
}

function duplicateName(plan: PipelinePlan, file: string, first: string): Problem {
  return {
    severity: 'error',
    code: 'MILL1103',
    message: `pipeline "${plan.name}" is defined in ${basename(first)} already`,
    file,
    line: 1,
    column: 1,
    length: 1,
    pipeline: plan.name,
    why: 'executions name their pipeline, so in a team a name stands for one file',
    fix: 'give one of the two another name',
  };
}
