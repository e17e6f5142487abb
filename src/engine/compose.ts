/**
 * The features of this Millrace, in the order in which they open and hear of facts, each with what it needs of those
 * before it. A new feature is one folder and one line here.
 * @module
 */
import type { Aws } from '../aws/aws.js';
import type { ChannelPorts } from '../channels/channel.js';

import type { DatasetStorage } from '../connectors/dataset/storage.js';
import type { RemoteTasks as RemotePort } from '../connectors/remote-tasks.js';
import type { RateCard } from '../monitoring/cost/rate-card.js';
import { parseItems } from './adapters/items/parse-items.js';
import { catalogueData } from './calls/catalogue-data.js';
import { challengerVersions } from './calls/challenger-versions.js';
import { ActivityPolls } from './features/activities/activities.js';
import { Admission } from './features/admission/admission.js';
import { AuditLog } from './features/audit/audit-log.js';
import { Backfills } from './features/backfills/backfills.js';
import { EventBus } from './features/bus/event-bus.js';
import { Catalogue } from './features/catalogue/catalogue.js';
import type { CompareData } from './features/catalogue/known-datasets.js';
import { challengeEvent } from './features/challengers/challenger-event.js';
import { Challengers } from './features/challengers/challengers.js';
import { Checks } from './features/checks/checks.js';
import { resultsBetween } from './features/checks/past-results.js';
import { ClusterPools } from './features/cluster-pools/cluster-pools.js';
import { Costs } from './features/costs/costs.js';
import { datasetEvent } from './features/datasets/dataset-event.js';
import { datasetGraph } from './features/datasets/dataset-graph.js';
import { Datasets } from './features/datasets/datasets.js';
import { Digests } from './features/digests/digests.js';
import { expectationEvent } from './features/expectations/expectation-event.js';
import { Expectations } from './features/expectations/expectations.js';
import { changesBetween } from './features/expectations/past-changes.js';
import { FileArrivals } from './features/files/file-arrivals.js';
import type { FileSource } from './features/files/file-source.js';
import { type DeadMan, Heartbeats } from './features/heartbeats/heartbeats.js';
import { incidentEvent } from './features/incidents/incident-event.js';
import { Incidents } from './features/incidents/incidents.js';
import { meansBetween, snoozedSince } from './features/incidents/past-incidents.js';
import { Lineage } from './features/lineage/lineage.js';
import type { OpenLineageConfig } from './features/lineage/outbox.js';
import { type LogParts, Logs } from './features/logs/logs.js';
import { MapRuns } from './features/map-runs/map-runs.js';
import type { MetricsConfig } from './features/metrics/metric-labels.js';
import { Metrics } from './features/metrics/metrics.js';
import { alertEvent } from './features/monitors/alert-event.js';
import { Monitors } from './features/monitors/monitors.js';
import { Notifications } from './features/notifications/notifications.js';
import { Observers } from './features/observers/observers.js';
import { outlookEvent } from './features/outlooks/outlook-event.js';
import { Outlooks } from './features/outlooks/outlooks.js';
import { SiteProbes } from './features/probes/site-probes.js';
import { RemoteTasks } from './features/remote-tasks/remote-tasks.js';
import { Retention, type RetentionConfig } from './features/retention/retention.js';
import { EventRules } from './features/rules/event-rules.js';
import { ApiSchedules } from './features/schedules/api-schedules.js';
import { PipelineSchedules } from './features/schedules/pipeline-schedules.js';
import { scheduleCalls } from './features/schedules/schedule-calls.js';
import { Schedules } from './features/schedules/schedules.js';
import { Secrets } from './features/secrets/secrets.js';
import { StateMachineRegistry } from './features/state-machines/state-machines.js';
import { StateTests } from './features/state-tests/state-tests.js';
import { TestRuns } from './features/test-runs/test-runs.js';
import { Traces } from './features/traces/traces.js';
import { neighboursOf } from './features/upstreams/neighbours.js';
import { Upstreams } from './features/upstreams/upstreams.js';
import { Users } from './features/users/users.js';
import { WebhookRegistry } from './features/webhooks/webhooks.js';
import { Workers } from './features/workers/workers.js';
import type { Feature } from './kernel/feature.js';
import type { Kernel } from './kernel/kernel.js';
import type { StartedExecution, StartRequest } from './kernel/requests.js';
import { EVERYTHING, type Scope } from './kernel/scope.js';
import type { SecretSource } from './kernel/secret-source.js';
import type { TraceExporter } from './kernel/trace-port.js';

/** Makes a feature. */
export type Addition = (kernel: Kernel) => Feature;

/** What features need of those who put the engine together. */
export interface Surroundings {
  /** Files that triggers watch. Without: none are watched. */
  readonly files: FileSource | undefined;
  /** How long things are kept. */
  readonly retention: RetentionConfig;
  /** What jobs are counted by. */
  readonly metrics: MetricsConfig;
  /** Performs tasks in another system. Without: nobody does, and what waits for it goes on waiting. */
  readonly remoteTasks: RemotePort | undefined;
  /** Where versions of datasets lie. Without: nothing writes or reads them. */
  readonly datasets: DatasetStorage | undefined;
  /** Where events of OpenLineage go. Without: nobody is told. */
  readonly openLineage: OpenLineageConfig | undefined;
  /** Where traces of executions go. Without: there are none. */
  readonly traces: TraceExporter | undefined;
  /** Copies of log lines. */
  readonly logs: LogParts;
  /** How people are told. */
  readonly notifications: NotificationParts;
  /** What things cost. Without: nothing is priced. */
  readonly rates: RateCard | undefined;
  /** Accounts of AWS, and calls to them. Without: there are none. */
  readonly aws: Aws | undefined;
  /** Where values of secrets come from besides the store. */
  readonly secrets: readonly SecretSource[];
  /** Compares versions of datasets. */
  readonly compareData: CompareData;
  /** An outside service that raises the alarm when it hears nothing. Without: nobody is told. */
  readonly deadMan: DeadMan | undefined;
  /** Milliseconds that an attempt stays a worker's without a sign of life. */
  readonly workerLease: number | undefined;
  /** Tasks at a time over all workers, by the tag that they ask for. */
  readonly workerLimits: { readonly [tag: string]: number } | undefined;
  /** Whether lists and histories are read by processes of their own. */
  readonly hasReaders: boolean;
  /** Features that join besides: what a folder of somebody else brings. */
  readonly additions: readonly Addition[];
  /** Starts an execution as a caller does. */
  start(scope: Scope, request: StartRequest): Promise<StartedExecution>;
}

/** What telling people needs of the surroundings. */
export interface NotificationParts {
  /** How channels touch the world. Undefined: nothing is sent. */
  readonly ports: ChannelPorts | undefined;
  /** Where people reach this server, without a slash at its end; undefined: nobody knows yet. */
  url(): string | undefined;
}

/** Makes the features. What they offer is found under their names. */
export function composeFeatures(
  kernel: Kernel,
  {
    files: source,
    start,
    additions,
    retention: kept,
    metrics: counted,
    traces: exporter,
    remoteTasks: remotePort,
    logs: logParts,
    notifications: notificationParts,
    rates,
    secrets: secretSources,
    deadMan,
    hasReaders,
    aws,
    datasets: datasetStorage,
    openLineage,
    compareData,
    workerLease,
    workerLimits,
  }: Surroundings,
) {
  const secrets = new Secrets(kernel, secretSources);
  const users = new Users(kernel);
  const audit = new AuditLog(kernel);
  const admission = new Admission(kernel);
  const activities = new ActivityPolls(kernel);
  const mapRuns = new MapRuns(kernel);
  const remoteTasks = new RemoteTasks(kernel, remotePort);
  const clusterPools = new ClusterPools(kernel, remotePort);
  const workers = new Workers(kernel, workerLease, workerLimits);
  const stateMachines = new StateMachineRegistry(kernel);
  const schedules = new Schedules(kernel);
  const pipelineSchedules = new PipelineSchedules(kernel, schedules);
  const bus = new EventBus(kernel);
  const target = stateMachines.targetNeed.bind(stateMachines);
  const rules = new EventRules(kernel, { bus, schedules, target });
  const apiSchedules = new ApiSchedules(kernel, {
    schedules,
    target,
    putInput: (...event) => bus.putInput(...event),
    bury: (turn, team, delivery, message) =>
      rules.bury(turn, team, delivery, { code: 'NO_RESOURCE', message }),
  });
  const accountNamed = (name: string): string | undefined =>
    aws?.accounts().find((one) => one.name === name)?.account;
  const upstreams = new Upstreams(kernel, pipelineSchedules, accountNamed);
  const putInput = bus.putInput.bind(bus);
  const files = source && new FileArrivals(kernel, source, { putInput });
  const webhooks = new WebhookRegistry(kernel);
  const costs = new Costs(kernel, rates);
  const checks = new Checks(kernel);
  const testRuns = new TestRuns(kernel);
  const datasets = new Datasets(kernel, {
    storage: datasetStorage,
    report: (turn, { name, ...check }) =>
      void checks.report(turn, { ...check, subject: checks.datasetSubject(check.team, name) }),
    trace: (...traced) => lineage.trace(...traced),
    tell: (turn, change) => bus.tell(turn, change.team, datasetEvent(change)),
    executionOf: (mapRun) => mapRuns.executionOf(mapRun),
  });
  const knownDatasets = datasetGraph(kernel, datasets, datasetStorage);
  const lineage: Lineage = new Lineage(kernel, knownDatasets, openLineage);
  const catalogue = new Catalogue(kernel, catalogueData(kernel, datasets, datasetStorage));
  const versionPeers = challengerVersions(
    kernel,
    catalogueData(kernel, datasets, datasetStorage),
    compareData,
  );
  const challengers = new Challengers(kernel, {
    ...versionPeers,
    tell: (turn, change, row) =>
      bus.tell(turn, row.team, challengeEvent(change, row, kernel.time.now())),
  });
  const backfills = new Backfills(kernel, {
    currency: () => costs.currency,
    async costs({ team, name }, most) {
      const last = await checks.past(team, checks.keyOf(team, name), most);
      const good = last.filter(({ status }) => status === 'OK' || status === 'WARNING');
      return good.flatMap(({ cost }) => (cost === undefined ? [] : [cost]));
    },
  });
  const expectations = new Expectations(kernel, {
    results: checks,
    runningElsewhere: (team, subject) => observers.runningElsewhere(team, subject),
    declared: () => probes.sitesChanged(),
    nextFire: (pipeline, after) => pipelineSchedules.nextFire(pipeline, after),
    tell: (turn, change) => bus.tell(turn, change.team, expectationEvent(change)),
  });
  const observers = new Observers(kernel, {
    aws,
    report: (turn, run) => void checks.report(turn, run),
    spend: (turn, run) => costs.spend(turn, run),
    expect: (team, found) => expectations.declareFound(team, found),
  });
  const probes: SiteProbes = new SiteProbes(kernel, {
    sites: () => expectations.sites(),
    report: (turn, check) => void checks.report(turn, check),
  });
  const outlooks = new Outlooks(kernel, {
    limitsOf: (team, subject) => expectations.limitsOf(team, subject),
    results: (...query) => checks.past(...query),
    tell: (turn, outlook) => bus.tell(turn, outlook.team, outlookEvent(outlook)),
  });
  const logs = new Logs(kernel, logParts);
  const monitors = new Monitors(kernel, {
    checks,
    expectations,
    tell: (turn, change) => bus.tell(turn, change.team, alertEvent(change)),
  });
  const incidents: Incidents = new Incidents(
    kernel,
    {
      neighbours: neighboursOf(upstreams, datasets.links, kernel.arns.identity, (upstream) =>
        observers.keysOfStateMachine(upstream),
      ),
      ownerOf: (team, { provider, kind, name }) =>
        provider === 'millrace' && kind === 'dataset'
          ? datasets.plannedBy(team, name.slice(team.length + 1))?.owner
          : undefined,
      isMonitored: (series) => monitors.isWatched(series),
      waysOf: (team) => notifications.channels.waysOf(team),
      notify: (turn, notice) => void notifications.notify(turn, notice),
      tell: (turn, change) => bus.tell(turn, change.team, incidentEvent(change)),
    },
    () => notificationParts.url(),
  );
  const notifications: Notifications = new Notifications(kernel, {
    ports: notificationParts.ports,
    secretOf: (team, name) => secrets.value(team, name),
    personOf: (team, name) => incidents.policyOf(team).people.get(name),
    closedElsewhere(turn, { team, channel, thread, name }) {
      const number = Number(/^incident-(\d{1,15})$/.exec(thread)?.[1]);
      const incident = incidents.find(number);
      if (incident?.team !== team || incident.status !== 'OPEN') return;
      incidents.act(turn, number, { type: 'acknowledge' }, `${channel} (${name})`);
    },
    url: () => notificationParts.url(),
  });
  const digests: Digests = new Digests(kernel, {
    results: (scope, window, most) => resultsBetween(kernel, checks, scope, window, most),
    changes: (scope, window, most) => changesBetween(kernel, scope, window, most),
    incidents: () => incidents.live(),
    snoozedSince: (open) => snoozedSince(kernel, open),
    means: (scope, window) => meansBetween(kernel, scope, window),
    foreseen: () => outlooks.all(),
    watcher: (scope) => heartbeats.words(scope),
    currency: () => costs.currency,
    zoneOf: (team, name) => incidents.policyOf(team).people.get(name)?.timezone,
    wayTo: (team, name) =>
      notifications.channels.wayTo(team, name, incidents.policyOf(team).people.get(name)),
    notify: (turn, notice) => void notifications.notify(turn, notice),
    url: () => notificationParts.url(),
  });
  const aging = [
    ...[bus.aging, rules.aging, backfills.aging, checks.aging, costs.aging],
    ...[monitors.aging, logs.aging, notifications.aging, incidents.aging, audit.aging],
    remoteTasks.aging,
    testRuns.aging,
    observers.aging,
  ];
  const retention = new Retention(kernel, kept, { mapRuns, aging });
  const ofSchedules = { kernel, pipelines: pipelineSchedules, clients: apiSchedules };
  const heartbeats = new Heartbeats(kernel, {
    parts: new Map<string, Feature>([
      ...([
        ['schedules', schedules],
        ['events', rules],
        ['expectations', expectations],
      ] as const),
      ...([
        ['monitors', monitors],
        ['incidents', incidents],
      ] as const),
      ...([
        ['notifications', notifications],
        ['digests', digests],
      ] as const),
      ...(files ? ([['files', files]] as const) : []),
      ...(aws ? ([['observers', observers]] as const) : []),
      ...([['retention', retention]] as const),
    ]),
    schedules: () => scheduleCalls(ofSchedules).list(EVERYTHING),
    channels: () => notifications.standings(),
    ports: notificationParts.ports,
    deadMan,
    hasReaders,
  });
  const stateTests = new StateTests(kernel, {
    ...{ start, parseItems },
    tryRemote: (...task) => remoteTasks.tryTask(...task),
  });
  const traces = new Traces(kernel, exporter);
  const metrics = new Metrics(kernel, counted, {
    ...{ admission, deliveries: rules.deliveryCounts },
    traces: () => traces.counts,
    lasts: {
      of: (team, pipeline) => checks.durableLasts(team, checks.keyOf(team, pipeline)),
      areKnown: () => checks.size > 0,
    },
    ...{ checks, expectations },
    watched: aws && {
      accountName: (digits) =>
        aws.accounts().find(({ account }) => account === digits)?.name ?? digits,
      *things() {
        for (const { place: account, subject, ...thing } of observers.placed()) {
          const { success } = checks.durableLasts(thing.team, subject);
          yield { ...thing, account, ...(success === undefined ? {} : { lastSuccessAt: success }) };
        }
      },
      looks: () => observers.looks(),
      lateBy: () => observers.lateBy(),
      *blind() {
        for (const { place: account, region, kind } of observers.blind()) {
          yield { account, region, kind };
        }
      },
      queues: () => observers.queues(),
      calls: () => aws.counts(),
    },
    beats: () => heartbeats.beats(),
  });
  const all: Feature[] = [
    ...[secrets, users, audit, activities, admission, mapRuns],
    ...[remoteTasks, clusterPools, workers, stateMachines, testRuns],
    ...[bus, rules],
    ...[pipelineSchedules, apiSchedules, schedules, upstreams],
    ...(files ? [files] : []),
    // What was spent is told with the results.
    // What was found is expected before anybody takes it for withdrawn.
    ...[
      datasets,
      lineage,
      catalogue,
      backfills,
      webhooks,
      observers,
      costs,
      checks,
      expectations,
      probes,
      monitors,
      incidents,
      outlooks,
      // What an execution cost is known by then.
      challengers,
    ],
    ...[notifications, digests, logs, retention, heartbeats, metrics, traces],
    ...additions.map((make) => make(kernel)),
  ];
  return {
    all,
    ...{ admission, activities, mapRuns, remoteTasks, clusterPools, workers },
    ...{ stateMachines, pipelineSchedules, apiSchedules },
    ...{ checks, costs, expectations, monitors, incidents, outlooks, notifications },
    ...{
      datasets,
      knownDatasets,
      lineage,
      catalogue,
      challengers,
      observers,
      digests,
      heartbeats,
      secrets,
      users,
      audit,
    },
    ...{ bus, rules, upstreams, files, backfills, webhooks, logs, retention, stateTests, metrics },
  };
}

/** The features of an engine. */
export type Features = ReturnType<typeof composeFeatures>;
