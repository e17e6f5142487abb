/**
 * Puts the engine together: kernel, features, and the calls of the facade over them. See `engine.ts` for what it does.
 * @module
 */

import { advance, applyTransition, startExecution } from '../asl/advance.js';
import { compileMachine } from '../asl/compile.js';
import type { Aws } from '../aws/aws.js';
import { runDiff } from '../connectors/dataset/diff/run-diff.js';
import { runQuery } from '../connectors/dataset/query/run-query.js';
import type { DatasetStorage } from '../connectors/dataset/storage.js';
import type { RemoteTasks as RemotePort } from '../connectors/remote-tasks.js';
import type { RateCard } from '../monitoring/cost/rate-card.js';
import { subjectKey } from '../monitoring/subject.js';
import { systemClock, systemRandom } from './adapters/system-ports.js';
import { accountCalls } from './calls/account-calls.js';
import { arrivalCalls } from './calls/arrival-calls.js';
import { catalogueData, workingSource } from './calls/catalogue-data.js';
import { eventCalls } from './calls/event-calls.js';
import { executionCalls } from './calls/execution-calls.js';
import { lastLines } from './calls/last-lines.js';
import { mapRunCalls } from './calls/map-run-calls.js';
import { overviewCalls } from './calls/overview-calls.js';
import { partnerCalls } from './calls/partner-calls.js';
import { pipelineCalls } from './calls/pipeline-calls.js';
import { Reading } from './calls/reading.js';
import { repairCalls } from './calls/repair-calls.js';
import { taskCalls } from './calls/task-calls.js';
import { testRunCalls } from './calls/test-run-calls.js';
import { type Addition, composeFeatures, type NotificationParts } from './compose.js';
import type { Engine } from './engine.js';
import { poolCalls } from './features/admission/pool-calls.js';
import { auditCalls } from './features/audit/audit-log.js';
import { backfillCalls } from './features/backfills/backfill-calls.js';
import { catalogueCalls } from './features/catalogue/catalogue-calls.js';
import type { CompareData, ReadData } from './features/catalogue/known-datasets.js';
import { challengerCalls } from './features/challengers/challenger-calls.js';
import { checkCalls } from './features/checks/check-calls.js';
import { CHECK_RESULTS } from './features/checks/check-tables.js';
import { clusterPoolCalls } from './features/cluster-pools/cluster-pool-calls.js';
import { costCalls } from './features/costs/cost-calls.js';
import { datasetCalls } from './features/datasets/dataset-calls.js';
import { digestCalls } from './features/digests/digest-calls.js';
import { expectationCalls } from './features/expectations/expectation-calls.js';
import { EXPECTATION_CHANGES } from './features/expectations/expectation-tables.js';
import type { FileSource } from './features/files/file-source.js';
import type { DeadMan } from './features/heartbeats/heartbeats.js';
import { incidentCalls } from './features/incidents/incident-calls.js';
import { lineageCalls } from './features/lineage/lineage-calls.js';
import type { OpenLineageConfig } from './features/lineage/outbox.js';
import type { LogSink } from './features/logs/copies/log-copy.js';
import { logCalls } from './features/logs/log-calls.js';
import type { RecordForm } from './features/logs/log-record.js';
import type { MetricsConfig } from './features/metrics/metric-labels.js';
import { alertCalls, monitorCalls } from './features/monitors/monitor-calls.js';
import { notificationCalls } from './features/notifications/notification-calls.js';
import { observerCalls } from './features/observers/observer-calls.js';
import { outlookCalls } from './features/outlooks/outlook-calls.js';
import { remoteJobCalls } from './features/remote-tasks/remote-job-calls.js';
import type { RetentionConfig } from './features/retention/retention.js';
import { eventResourceCalls } from './features/rules/calls/resource-calls.js';
import { scheduleCalls } from './features/schedules/schedule-calls.js';
import { schedulerCalls } from './features/schedules/scheduler-calls.js';
import { secretCalls } from './features/secrets/secrets.js';
import { stateMachineCalls } from './features/state-machines/state-machine-calls.js';
import { stateTestCalls } from './features/state-tests/state-tests.js';
import { follows } from './features/upstreams/repair-plan.js';
import { workerCalls } from './features/workers/worker-calls.js';
import { createKernel, type KernelConfig } from './kernel/create-kernel.js';
import type { Clock, Random } from './kernel/ports.js';
import type { Reducer } from './kernel/reducer.js';
import type { SecretSource } from './kernel/secret-source.js';
import type { TraceExporter } from './kernel/trace-port.js';
import type { WorkerFiles } from './kernel/worker-files.js';
import { createLifecycle } from './lifecycle.js';

/** Every field besides those of the kernel. */
export interface EngineConfig extends Omit<KernelConfig, 'clock' | 'random' | 'reducer'> {
  /** Files that triggers watch; see `createFileSource`. Default: none are watched. */
  files?: FileSource;
  /** How long things are kept. Default: `DEFAULT_RETENTION`. */
  retention?: RetentionConfig;
  /** What jobs are counted by. Default: their names and teams, 10,000 of them. */
  metrics?: MetricsConfig;
  /** Where traces of executions go; see `createTraceExporter`. Default: there are none. */
  traces?: TraceExporter;
  /** How log lines become records, and where copies of them go. Default: names of `LOG_NAMES`, no links, no copies. */
  logs?: Partial<RecordForm> & {
    sinks?: readonly LogSink[];
    /** Told what happens to copies. */
    onProblem?: (problem: string) => void;
  };
  /** How people are told; see `createChannelPorts`. Default: nothing is sent. */
  notifications?: Partial<NotificationParts>;
  /**
   * Performs tasks in another system; `remote` says which go there. Default: nobody does, and what was begun goes on waiting.
   */
  remoteTasks?: RemotePort;
  /** What things cost; see `openRatesFile`. Default: nothing is priced. */
  rates?: RateCard;
  /** Where versions of datasets lie. Default: nothing writes or reads them. */
  datasets?: DatasetStorage;
  /** Where events of OpenLineage go. Default: nobody is told. */
  openLineage?: OpenLineageConfig;
  /** Reads data for people. Default: `runQuery`, in a process of 512 MiB and 30 seconds. */
  readData?: ReadData;
  /** Compares versions. Default: `runDiff`, in a process of 768 MiB and 280 seconds. */
  compareData?: CompareData;
  /** Accounts of AWS; see `createAws`. Default: there are none. */
  aws?: Aws;
  /** Where values of secrets come from besides the store; `secrets` is who masks them. Default: nowhere. */
  secretSources?: readonly SecretSource[];
  /** An outside service that raises the alarm when it hears nothing. Default: nobody is told. */
  deadMan?: DeadMan;
  /** Milliseconds that an attempt stays a worker's without a sign of life. Default: 30,000. */
  workerLease?: number;
  /** Tasks at a time over all workers, by the tag that they ask for. Default: as many as the workers take. */
  workerLimits?: { readonly [tag: string]: number };
  /** Sends files to workers on other machines; see `openWorkerFiles`. Default: none are sent. */
  workerFiles?: WorkerFiles;
  /** Of this Millrace, for workers of another one. Default: unknown. */
  version?: string;
  /** Features that join besides those of `compose.ts`. Default: none. */
  additions?: readonly Addition[];
  /** Default: this machine's. */
  clock?: Clock;
  /** Default: the operating system's. */
  random?: Random;
  /** The interpreter. Default: `asl/advance.ts`; the simulation puts a defective one here. */
  reducer?: Reducer;
  /** Requests that may wait for a turn before more are refused. Default: 10,000. */
  queuedRequests?: number;
}

const REDUCER: Reducer = {
  compile: compileMachine,
  start: startExecution,
  advance,
  apply: applyTransition,
};

/**
 * Creates an engine; `open` it before use.
 *
 * @example
 * const engine = createEngine({ store, runner: createConnectorRunner(connectors), evaluator, itemSource, workFolder });
 */
export function createEngine(config: EngineConfig): Engine {
  const kernel = createKernel({
    ...config,
    clock: config.clock ?? systemClock(),
    random: config.random ?? systemRandom(),
    reducer: config.reducer ?? REDUCER,
  });
  const { sinks = [], onProblem: onCopyProblem = () => undefined, ...form } = config.logs ?? {};
  const logs = logCalls(kernel, form);
  const features = composeFeatures(kernel, {
    files: config.files,
    additions: config.additions ?? [],
    secrets: config.secretSources ?? [],
    retention: config.retention ?? {},
    metrics: config.metrics ?? {},
    traces: config.traces,
    remoteTasks: config.remoteTasks,
    rates: config.rates,
    datasets: config.datasets,
    openLineage: config.openLineage,
    compareData: config.compareData ?? runDiff,
    aws: config.aws,
    deadMan: config.deadMan,
    hasReaders: config.readers !== undefined,
    workerLease: config.workerLease,
    workerLimits: config.workerLimits,
    logs: { sinks, form: () => logs.form, onProblem: onCopyProblem },
    notifications: {
      ports: undefined,
      url: () => logs.form.url,
      ...config.notifications,
    },
    start: (scope, request) => executions.start(scope, request),
  });
  const { admission, bus, rules, upstreams, files, stateMachines, mapRuns } = features;
  const maxQueued = config.queuedRequests ?? 10_000;
  const { lifecycle, door } = createLifecycle(kernel, features, config.evaluator, maxQueued);
  const { request, expectReady } = door;

  const reading = new Reading(kernel, {
    now: () => kernel.time.now(),
    queued: (pipeline, number) =>
      admission.reasonFor(pipeline, number) ??
      (kernel.intake.isPaused ? 'the server is being drained' : undefined),
    waits: (number) => features.clusterPools.waitOf(number) ?? features.workers.waitOf(number),
    used: (header, at) => features.costs.detailOf(header, at),
  });
  const executions = executionCalls(kernel, reading, request, {
    target: (...start) => stateMachines.target(...start),
    prepareRedrive: (execution) => mapRuns.prepareRedrive(execution),
  });
  const events = eventCalls(kernel, bus, request);
  const schedules = {
    kernel,
    pipelines: features.pipelineSchedules,
    clients: features.apiSchedules,
  };
  const expectations = expectationCalls(kernel, features.expectations, request);
  const outlooks = outlookCalls({
    kernel,
    outlooks: features.outlooks,
    find: (scope, name) => kernel.machines.choose(scope, name),
    keyOf: (team, name) => features.checks.keyOf(team, name),
    results: (...query) => features.checks.past(...query),
    limitsOf: (team, subject) => features.expectations.limitsOf(team, subject),
    zoneOf: (pipeline) => features.pipelineSchedules.scheduleOf(pipeline)?.timezone ?? 'UTC',
  });
  const recorded = {
    results: CHECK_RESULTS,
    changes: EXPECTATION_CHANGES,
    series: () => features.checks.series(),
  };
  const triggers = { schedules, upstreams, bus, events, files };
  const datasets = datasetCalls(kernel, features.datasets, config.datasets, request);
  const catalogue = catalogueCalls(
    kernel,
    features.catalogue,
    catalogueData(kernel, features.datasets, config.datasets),
    { read: config.readData ?? runQuery, compare: config.compareData ?? runDiff },
    workingSource(kernel, reading, executions, config.datasets),
  );
  const withdraw = stateMachines.withdraw.bind(stateMachines);

  return {
    ...lifecycle,
    arns: kernel.arns,
    now: () => kernel.time.now(),
    nextTrigger: () => kernel.dueTimes.next(),

    pipelines: pipelineCalls(kernel, reading, { expectReady, withdraw, triggers }),
    executions,
    logs,
    mapRuns: mapRunCalls(mapRuns, reading, request),
    remoteJobs: remoteJobCalls(kernel, features.remoteTasks, async (scope, id) => {
      const { number } = await reading.find(scope, id);
      return number;
    }),
    tasks: taskCalls(kernel, request),
    activities: features.activities,
    stateMachines: stateMachineCalls(stateMachines),
    stateTests: stateTestCalls(features.stateTests, expectReady),
    events,
    ...eventResourceCalls(kernel, rules, () => bus.lastNumber, request),
    schedules: scheduleCalls(schedules),
    scheduler: schedulerCalls(kernel.arns.identity, features.apiSchedules, request),
    webhooks: features.webhooks,
    users: features.users,
    audit: auditCalls(features.audit),
    secrets: secretCalls(features.secrets),
    accounts: accountCalls(config.aws),
    backfills: backfillCalls(kernel, features.backfills, request),
    repairs: repairCalls(kernel, upstreams, reading, request),
    pools: poolCalls(admission, request),
    clusterPools: clusterPoolCalls(kernel, features.clusterPools, request),
    workers: workerCalls(
      features.workers,
      config.workerFiles,
      expectReady,
      config.version ?? 'unknown',
    ),
    retention: features.retention,
    checks: checkCalls(kernel, features.checks, request),
    expectations,
    outlooks,
    costs: costCalls(kernel),
    monitors: monitorCalls(kernel, features.monitors, recorded, request),
    alerts: alertCalls(kernel),
    incidents: incidentCalls(kernel, features.incidents, request, lastLines(executions)),
    heartbeats: {
      list: () => features.heartbeats.beats(),
      degraded: () => features.heartbeats.degraded(),
    },
    digests: digestCalls(kernel, features.digests),
    notifications: notificationCalls(kernel, features.notifications, request),
    overview: overviewCalls({
      foreseen: (scope) => outlooks.foreseen(scope),
      today: () => features.costs.today(),
      kernel,
      reading,
      checks: features.checks,
      expectations,
      schedules: (scope) => scheduleCalls(schedules).list(scope, { count: 60 }),
    }),
    datasets,
    arrivals: arrivalCalls({
      kernel,
      datasets,
      expectations: features.expectations,
      subjectsOf: ({ team, name, pipeline }) => [
        subjectKey(features.checks.datasetSubject(team, name)),
        features.checks.keyOf(team, pipeline),
      ],
    }),
    partners: partnerCalls(files),
    lineage: lineageCalls(kernel, {
      lineage: features.lineage,
      datasets: features.knownDatasets,
      async numberOf(scope, name, version) {
        const { number } = await datasets.version(scope, name, version);
        return number;
      },
      async executionOf(scope, id) {
        const { number } = await reading.find(scope, id);
        return number;
      },
      follows: (first, other) =>
        follows(upstreams, { ...first, name: first.pipeline }, { ...other, name: other.pipeline }),
      request,
    }),
    challengers: challengerCalls(kernel, features.challengers, request),
    catalogue,
    testRuns: testRunCalls(kernel, {
      find: (scope, id) => reading.find(scope, id),
      describe: (record) => reading.describe(record),
      currentOf: (...version) => features.datasets.currentFor(...version),
      diff: (...diff) => catalogue.diff(...diff),
    }),
    observers: observerCalls(kernel, features.observers, request, (run) =>
      features.costs.priceOfRun(run),
    ),
    metrics: { families: (scope) => features.metrics.families(scope) },
  };
}
