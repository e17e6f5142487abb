/**
 * Reads a pipeline file: YAML → checked value → state machine → checked state machine → plan.
 *
 * Every problem of every stage is reported at once, each at its place in the file that it was written in: the pipeline
 * file, its template, or its definition file. Only a file without errors gives a plan.
 * @module
 */
import type { MachineDefinition } from '../asl/definition.js';
import type { JsonObject } from '../asl/json.js';
import { isObject } from '../asl/json.js';
import { type AppliedTemplate, applyTemplate } from './apply-template.js';
import { normalBindings } from './bindings-file.js';
import { checkDatasets } from './check-datasets.js';
import { checkBindings, checkDefinition, checkFiles, statePositions } from './check-definition.js';
import { checkExpect } from './check-expect.js';
import { checkNotifications } from './check-notifications.js';
import { checkTrigger } from './check-trigger.js';
import { checkWorkers, checkWorkersOfSteps } from './check-workers.js';
import { withContracts } from './dataset-contracts.js';
import { parseDuration } from './duration.js';
import { type FoundDefinition, findDefinition } from './find-definition.js';
import { type Loading, readPipelineFile, startLoading } from './loading.js';
import type { PipelinePlan, ReadFile } from './plan.js';
import { isDeployable, type Problem, sortProblems } from './problem.js';
import { type PipelineFile, pipelineFileSchema } from './schema.js';
import { checked } from './schema-problems.js';
import { sectionsIn } from './sections/pipeline-sections.js';
import { problemAt, type SourceFile } from './source-file.js';

export interface LoadedPipeline {
  /** Absent when there is an error. */
  plan?: PipelinePlan;
  /** Sorted by file and place. */
  problems: Problem[];
  /** Text of every file that was read, by its path: what `formatProblems` needs. */
  sources: Map<string, string>;
}

/** The team of pipelines that name none. */
const DEFAULT_TEAM = 'default';

/**
 * Reads, checks and compiles one pipeline file.
 * @param file path of the file; all other files are looked for in its folder
 * @param readFile reads a text file, undefined when there is none
 * @returns a plan, unless something is wrong, and everything that is wrong; never rejects for what is in the files
 * @example const { plan, problems } = await loadPipeline('/srv/pipelines/orders.yaml', readFile);
 */
export async function loadPipeline(file: string, readFile: ReadFile): Promise<LoadedPipeline> {
  const loading = startLoading(file, readFile);
  const source = await readPipelineFile(file, loading);
  const plan = source === undefined ? undefined : await planOf(source, loading);
  const value = source !== undefined && isObject(source.value) ? source.value : {};
  const { pipeline: name } = value;
  const team = plan?.team ?? writtenTeam(value);
  const problems = sortProblems(loading.problems).map((problem) => ({
    ...problem,
    ...(typeof name === 'string' ? { pipeline: name } : {}),
    ...(team === undefined ? {} : { team }),
  }));
  return {
    ...(plan !== undefined && isDeployable(problems) ? { plan } : {}),
    problems,
    sources: loading.sources,
  };
}

/** What a file with mistakes says of its team; undefined when a template would have said it. */
function writtenTeam({ team, template }: JsonObject): string | undefined {
  if (typeof team === 'string') return team;
  return team === undefined && template === undefined ? DEFAULT_TEAM : undefined;
}

async function planOf(source: SourceFile, loading: Loading): Promise<PipelinePlan | undefined> {
  const own = checked(pipelineFileSchema, source, 'pipeline', loading.problems);
  checkOneMachine(source, loading);
  const template =
    own.template === undefined
      ? undefined
      : await applyTemplate(own.template, own.with ?? {}, source, loading);
  await readContracts(own, source, loading);
  if (template !== undefined) await readContracts(template.sections, template.source, loading);
  const sections = merge(own, template);
  if (own.trigger !== undefined) await checkTrigger(own.trigger, source, loading);
  if (own.expect !== undefined) checkExpect(own.expect, sections, source, loading);
  if (own.notifications !== undefined) checkNotifications(own.notifications, source, loading);
  if (template !== undefined) {
    const { expect, notifications } = template.sections;
    if (expect !== undefined) checkExpect(expect, sections, template.source, loading);
    if (notifications !== undefined) checkNotifications(notifications, template.source, loading);
    const { trigger } = template.sections;
    if (trigger !== undefined) await checkTrigger(trigger, template.source, loading);
  }
  const found =
    template === undefined
      ? await findDefinition(own, source, loading)
      : await findDefinition(
          { ...template.sections, ...named(sections) },
          template.source,
          loading,
        );
  if (found === undefined) return undefined;
  if (found.isComplete) checkDefinition(found, loading);
  const bindings = normalBindings(sections.bindings ?? {});
  // Who says in which account its tasks are performed has AWS perform them.
  if (sections.account === undefined) checkBindings(found, bindings, loading);
  await checkFiles(found, loading);
  if (found.isComplete) {
    const performing = { bindings, account: sections.account };
    checkWorkersOfSteps(found, performing, loading);
    checkWorkers(own, found, performing, source, loading);
    if (template !== undefined) {
      checkWorkers(template.sections, found, performing, template.source, loading);
    }
  }
  checkDatasets(own.datasets, found, source, loading);
  if (template !== undefined) {
    checkDatasets(template.sections.datasets, found, template.source, loading);
  }
  return sections.pipeline === undefined
    ? undefined
    : assemble(sections.pipeline, sections, found, bindings, source, loading);
}

/** Puts what stands in contract files where the sections name them. */
async function readContracts(
  sections: Partial<PipelineFile>,
  source: SourceFile,
  loading: Loading,
): Promise<void> {
  const { datasets } = sections;
  if (datasets !== undefined) sections.datasets = await withContracts(datasets, source, loading);
}

function assemble(
  name: string,
  sections: Partial<PipelineFile>,
  found: FoundDefinition,
  bindings: { [resource: string]: JsonObject },
  source: SourceFile,
  loading: Loading,
): PipelinePlan {
  const { timeout } = sections;
  const seconds = timeout === undefined ? undefined : parseDuration(timeout);
  const definition = (seconds === undefined
    ? found.definition
    : { TimeoutSeconds: seconds, ...found.definition }) as unknown as MachineDefinition;
  return {
    name,
    team: sections.team ?? DEFAULT_TEAM,
    tags: textTags(sections.tags ?? {}),
    input: sections.input ?? {},
    definition,
    bindings,
    sections: sectionsIn(withStates(sections, found)),
    sources: statePositions(found),
    folder: loading.folder,
    file: source.file,
  };
}

/** What steps say of where they are performed, and of test runs, goes before what the file says of states. */
function withStates(
  sections: Partial<PipelineFile>,
  { accounts = {}, effects = {}, workers = {} }: FoundDefinition,
): Partial<PipelineFile> {
  return {
    ...sections,
    ...(Object.keys(accounts).length === 0
      ? {}
      : { accounts: { ...sections.accounts, ...accounts } }),
    ...(Object.keys(effects).length === 0 ? {} : { effects: { ...sections.effects, ...effects } }),
    ...(Object.keys(workers).length === 0 ? {} : { workers: { ...sections.workers, ...workers } }),
  };
}

/** The name of the pipeline and its cluster: a file says them beside its template. */
function named({ pipeline, cluster }: Partial<PipelineFile>): Partial<PipelineFile> {
  return { ...(pipeline && { pipeline }), ...(cluster && { cluster }) };
}

/** A pipeline has one state machine: from steps, from a definition, or from a template. */
function checkOneMachine(source: SourceFile, loading: Loading): void {
  if (!isObject(source.value)) return;
  const { value } = source;
  const given = ['steps', 'definition', 'template'].filter((name) => Object.hasOwn(value, name));
  const [, second] = given;
  if (given.length === 0) {
    loading.problems.push(
      problemAt(
        source,
        [],
        'MILL1102',
        'the pipeline has no work: give steps, definition or template',
        {
          fix: 'steps: [{ hello: { shell: "echo hello" } }]',
        },
      ),
    );
  } else if (second !== undefined) {
    loading.problems.push(
      problemAt(source, [second], 'MILL1104', `give one of ${given.join(' and ')}, not both`, {
        mark: 'key',
      }),
    );
  }
  if (Object.hasOwn(value, 'with') && !Object.hasOwn(value, 'template')) {
    loading.problems.push(
      problemAt(
        source,
        ['with'],
        'MILL1104',
        '"with" gives values to a template, and there is none',
        { mark: 'key' },
      ),
    );
  }
}

/** The pipeline's own sections go before the template's; tags, input and bindings are put together. */
function merge(
  own: Partial<PipelineFile>,
  template: AppliedTemplate | undefined,
): Partial<PipelineFile> {
  if (template === undefined) return own;
  const {
    template: _name,
    version: _version,
    parameters: _parameters,
    ...common
  } = template.sections;
  return {
    ...common,
    ...own,
    tags: { ...common.tags, ...own.tags },
    input: { ...common.input, ...own.input },
    bindings: { ...common.bindings, ...own.bindings },
  };
}

function textTags(tags: { [name: string]: string | number | boolean }): { [name: string]: string } {
  return Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, String(value)]));
}
