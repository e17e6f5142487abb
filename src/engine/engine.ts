/**
 * The engine's facade: the one thing that HTTP, CLI and demo call. One object a capability, each in a file that is named after
 * it: `…-calls.ts` in the folder of the feature that serves it, or in `calls/` where several do; the feature's own file where
 * the feature is nothing else (activities, webhooks, retention, tests of single states).
 *
 *     const engine = createEngine(config);
 *     await engine.open();                       // recovers what was running
 *     await engine.pipelines.deploy(plan);
 *     const started = await engine.executions.start(EVERYTHING, { pipeline: 'orders', input: {} });
 *     const ended = await engine.executions.wait(EVERYTHING, started.id);
 *     await engine.close();
 *
 * Whoever reads, or acts on what somebody names, says first whose things the caller sees (kernel/scope.ts); anything else is
 * answered like what nobody has. Every call that changes something answers after the change is durable. Refusals are
 * `EngineError`s (kernel/errors.ts). How it works inside is told in `kernel/turn-loop.ts`.
 * @module
 */
import type { AccountCalls } from './calls/account-calls.js';
import type { ArrivalCalls } from './calls/arrival-calls.js';
import type { EventCalls } from './calls/event-calls.js';
import type { ExecutionCalls } from './calls/execution-calls.js';
import type { MapRunCalls } from './calls/map-run-calls.js';
import type { OverviewCalls } from './calls/overview-calls.js';
import type { PartnerCalls } from './calls/partner-calls.js';
import type { PipelineCalls } from './calls/pipeline-calls.js';
import type { RepairCalls } from './calls/repair-calls.js';
import type { TaskCalls } from './calls/task-calls.js';
import type { TestRunCalls } from './calls/test-run-calls.js';
import type { ActivityCalls } from './features/activities/activities.js';
import type { PoolCalls } from './features/admission/pool-calls.js';
import type { AuditCalls } from './features/audit/audit-log.js';
import type { BackfillCalls } from './features/backfills/backfill-calls.js';
import type { CatalogueCalls } from './features/catalogue/catalogue-calls.js';
import type { ChallengerCalls } from './features/challengers/challenger-calls.js';
import type { CheckCalls } from './features/checks/check-calls.js';
import type { ClusterPoolCalls } from './features/cluster-pools/cluster-pool-calls.js';
import type { CostCalls } from './features/costs/cost-calls.js';
import type { DatasetCalls } from './features/datasets/dataset-calls.js';
import type { DigestCalls } from './features/digests/digest-calls.js';
import type { ExpectationCalls } from './features/expectations/expectation-calls.js';
import type { HeartbeatCalls } from './features/heartbeats/heartbeat.js';
import type { IncidentCalls } from './features/incidents/incident-calls.js';
import type { LineageCalls } from './features/lineage/lineage-calls.js';
import type { LogCalls } from './features/logs/log-calls.js';
import type { MetricsCalls } from './features/metrics/metrics.js';
import type { AlertCalls, MonitorCalls } from './features/monitors/monitor-calls.js';
import type { NotificationCalls } from './features/notifications/notification-calls.js';
import type { ObserverCalls } from './features/observers/observer-calls.js';
import type { OutlookCalls } from './features/outlooks/outlook-calls.js';
import type { RemoteJobCalls } from './features/remote-tasks/remote-job-calls.js';
import type { RetentionCalls } from './features/retention/retention.js';
import type { EventResourceCalls } from './features/rules/calls/resource-calls.js';
import type { ScheduleCalls } from './features/schedules/schedule-calls.js';
import type { SchedulerCalls } from './features/schedules/scheduler-calls.js';
import type { SecretCalls } from './features/secrets/secrets.js';
import type { StateMachineCalls } from './features/state-machines/state-machine-calls.js';
import type { StateTestCalls } from './features/state-tests/state-tests.js';
import type { UserCalls } from './features/users/users.js';
import type { WebhookCalls } from './features/webhooks/webhooks.js';
import type { WorkerCalls } from './features/workers/worker-calls.js';
import type { Arns } from './kernel/arn.js';
import type { Lifecycle } from './lifecycle.js';

export type { LogLine } from '../store/store.js';
export type {
  ExecutionDetail,
  ExecutionSummary,
  HistoryPage,
  ListExecutions,
  LogPage,
  View,
} from './calls/execution-detail.js';
export type { PipelineDetail, PipelineSummary } from './calls/pipeline-detail.js';
export type { FoundLine, FoundLines, SearchLogs } from './features/logs/log-calls.js';
export type { MapRunCounts, MapRunDetail } from './features/map-runs/map-run-detail.js';
export type { PipelineDeployment, StateMachineAttributes } from './kernel/deployment.js';
export type { FeedChange, FeedFilter } from './kernel/feed.js';
export type { Page } from './kernel/pages.js';
export type { RedriveRequest, StartedExecution, StartRequest } from './kernel/requests.js';
export type { EngineHealth } from './lifecycle.js';

/** `open`, `goOn`, `close`, `health`; and what it can do, capability by capability. */
export interface Engine extends Lifecycle, EventResourceCalls {
  readonly pipelines: PipelineCalls;
  readonly executions: ExecutionCalls;
  /** What test runs would have done. */
  readonly testRuns: TestRunCalls;
  /** Log lines of all executions. */
  readonly logs: LogCalls;
  readonly mapRuns: MapRunCalls;
  /** Jobs that another system performs for tasks. */
  readonly remoteJobs: RemoteJobCalls;
  /** Outcomes of tasks that wait for a token. */
  readonly tasks: TaskCalls;
  readonly activities: ActivityCalls;
  /** What clients of the wire API make and start by. */
  readonly stateMachines: StateMachineCalls;
  readonly stateTests: StateTestCalls;
  readonly events: EventCalls;
  /** Every schedule, of pipelines and of clients, with its next times. */
  readonly schedules: ScheduleCalls;
  /** Schedules and groups that clients of EventBridge Scheduler's API make. */
  readonly scheduler: SchedulerCalls;
  /** Addresses under which others put events on a bus. */
  readonly webhooks: WebhookCalls;
  /** Secrets of teams: what tasks and channels use by name. */
  readonly secrets: SecretCalls;
  /** Who did what. */
  readonly audit: AuditCalls;
  /** People who log in, and their roles. */
  readonly users: UserCalls;
  readonly backfills: BackfillCalls;
  readonly repairs: RepairCalls;
  readonly pools: PoolCalls;
  /** Clusters that executions of a team take and give back. */
  readonly clusterPools: ClusterPoolCalls;
  /** Processes on other machines that perform tasks. */
  readonly workers: WorkerCalls;
  readonly retention: RetentionCalls;
  /** What came of whatever is watched. */
  readonly checks: CheckCalls;
  /** What must happen by when, and where it stands. */
  readonly expectations: ExpectationCalls;
  /** What executions have cost. */
  readonly costs: CostCalls;
  /** What is usual of pipelines, and which limits they will cross. */
  readonly outlooks: OutlookCalls;
  /** Conditions watched over time, what they would have done, and their alerts. */
  readonly monitors: MonitorCalls;
  readonly alerts: AlertCalls;
  /** What is in trouble, whose it is, and what people do about it. */
  readonly incidents: IncidentCalls;
  /** Whether each part of this server does its work. */
  readonly heartbeats: HeartbeatCalls;
  /** What happened, for people in the morning. */
  readonly digests: DigestCalls;
  /** Channels of teams, and what was sent by them. */
  readonly notifications: NotificationCalls;
  /** The whole system at a glance, and boards of it. */
  readonly overview: OverviewCalls;
  /** Accounts of AWS that this server knows. */
  readonly accounts: AccountCalls;
  /** What runs in AWS without Millrace, and is watched. */
  readonly observers: ObserverCalls;
  readonly datasets: DatasetCalls;
  /** What arrived of them on the last days, and what did not. */
  readonly arrivals: ArrivalCalls;
  /** What partners have delivered to pipelines that wait for all of them. */
  readonly partners: PartnerCalls;
  readonly lineage: LineageCalls;
  /** Finding data, looking at it, asking it. */
  readonly catalogue: CatalogueCalls;
  /** Candidates that run beside current versions, and promoting them. */
  readonly challengers: ChallengerCalls;
  /** What Prometheus is told. */
  readonly metrics: MetricsCalls;

  readonly arns: Arns;
  /** The engine's own time, in milliseconds since the epoch. */
  now(): number;
  /**
   * When a schedule fires next or a trigger looks again, in milliseconds since the epoch; for who makes time go on.
   */
  nextTrigger(): number | undefined;
}
