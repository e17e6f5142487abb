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
import { fileKind, isYamlOfOurs, TEST_FILE } from '../pipelines/pipeline-files.js';
import type { PipelinePlan } from '../pipelines/plan.js';
import { isDeployable, type Problem, sortProblems } from '../pipelines/problem.js';
import { pipelineKey } from '../store/pipeline-ref.js';
import type { Engine, PipelineDeployment } from './engine.js';
import { EngineError } from './kernel/errors.js';

export interface PipelineFolder {
  /** Absolute path. */
  readonly folder: string;
  /** Problems of all files, as they were last read; `file` is relative to the folder. */
  problems(): Problem[];
  /** Reads all files now; answers when everything valid is deployed. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

export interface PipelineFolderConfig {
  engine: Engine;
  folder: string;
  /** Watch for changes. Default: true. */
  watch?: boolean;
  /** More that may be wrong in a plan, beside what its file tells. Default: nothing. */
  check?: (plan: PipelinePlan) => Problem[];
  /** Called after each reading in which something was deployed or is wrong. */
  onChange?: (change: { deployed: readonly string[]; problems: readonly Problem[] }) => void;
}

/** Milliseconds without a change before the files are read: editors write in several steps. */
const QUIET_MS = 150;
/** A folder with more files than this is a mistake (a home folder, say), not a project. */
const MAX_FILES = 5_000;
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

  async function read(): Promise<void> {
    const found: Problem[] = [];
    const deployed: string[] = [];
    /** What was deployed for the first time: perhaps it had another team before. */
    const moved: PipelinePlan[] = [];
    const owners = new Map<string, string>();
    for (const file of await pipelineFiles(folder, found)) {
      const { plan, problems: own } = await loadPipeline(file, readInside);
      found.push(...own);
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
      const before = await currentVersion(config.engine, plan);
      try {
        const { version } = await config.engine.deployPipeline(deploymentOf(plan));
        if (version !== before) deployed.push(`${plan.name} v${version}`);
        if (before === undefined) moved.push(plan);
      } catch (error) {
        // One pipeline that the engine refuses must not keep the others from being deployed.
        if (!(error instanceof EngineError)) throw error;
        found.push(refused(plan, file, error));
      }
    }
    for (const plan of moved) await withdrawFormer(config.engine, plan, owners);
    problems = sortProblems(found).map((problem) => ({
      ...problem,
      file: relative(folder, problem.file) || basename(problem.file),
    }));
    const told = JSON.stringify(problems);
    if (deployed.length > 0 || told !== lastTold) config.onChange?.({ deployed, problems });
    lastTold = told;
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
 * Pipeline files, anywhere in the folder but in `templates`; test files are none.
 * @param problems gets why a file that looks like one is not taken
 */
async function pipelineFiles(folder: string, problems: Problem[]): Promise<string[]> {
  const files: string[] = [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !isYamlOfOurs(relative(folder, file)) || TEST_FILE.test(file)) continue;
    if (files.length >= MAX_FILES)
      throw new Error(`${folder} holds more than ${MAX_FILES} YAML files`);
    const kind = await kindOf(file);
    if (kind === 'pipeline') files.push(file);
    else if (kind !== 'other') problems.push(kind);
  }
  return files.sort();
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
 */
async function withdrawFormer(
  engine: Engine,
  { name, team, folder }: PipelinePlan,
  owners: ReadonlyMap<string, string>,
): Promise<void> {
  for (const former of await engine.listPipelines()) {
    if (former.name !== name || former.team === team || owners.has(pipelineKey(former))) continue;
    const { deployment } = await engine.describePipeline(name, undefined, { team: former.team });
    if (deployment.stateMachine !== undefined || deployment.folder !== folder) continue;
    await engine.withdrawPipeline(former);
  }
}

async function currentVersion(engine: Engine, plan: PipelinePlan): Promise<number | undefined> {
  const { team, name } = plan;
  try {
    return (await engine.describePipeline(name, undefined, { team })).version;
  } catch {
    return undefined;
  }
}

/** What the engine keeps of a plan. */
export function deploymentOf(plan: PipelinePlan): PipelineDeployment {
  const sections: JsonObject = {};
  for (const name of [
    'owner',
    'description',
    'trigger',
    'concurrency',
    'allow',
    'retention',
    'expect',
    'datasets',
    'notifications',
  ] as const) {
    const section = plan[name];
    if (section !== undefined) sections[name] = section;
  }
  return {
    name: plan.name,
    team: plan.team,
    tags: plan.tags,
    input: plan.input,
    definition: plan.definition,
    bindings: plan.bindings,
    folder: plan.folder,
    sections,
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
