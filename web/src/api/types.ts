/**
 * What the REST API answers, as far as the console reads it: the types of the one contract, `src/api`. Only types are
 * taken from there, and `paths.ts`; the schemas stay on the server.
 * @module
 */
export type { ArrivalPage, ArrivalRow } from '../../../src/api/arrivals.js';
export type {
  DataRows,
  DatasetUse,
  StepWorking,
  VersionProfile,
} from '../../../src/api/catalogue.js';
export type { Challenge, ChallengeDetail, Comparison } from '../../../src/api/challengers.js';
export type { BoardGroup, CheckResult } from '../../../src/api/checks.js';
export type { Dataset, DatasetManifest, DatasetVersion } from '../../../src/api/datasets.js';
export type {
  Execution,
  ExecutionDetail,
  ExecutionStatus,
} from '../../../src/api/executions.js';
export type {
  ExpectationChange,
  ExplainedExpectation,
  StandingExpectation,
} from '../../../src/api/expectations.js';
export type { Graph, GraphEdge, GraphNode, Point } from '../../../src/api/graph.js';
export type { Health } from '../../../src/api/health.js';
export type {
  DescribedIncident,
  Incident,
  IncidentAct,
  IncidentChange,
  IncidentMeans,
  OnCall,
  Silence,
} from '../../../src/api/incidents.js';
export type {
  ExecutionLineage,
  Lineage,
  LineageNode,
  VersionRepair,
} from '../../../src/api/lineage.js';
export type { LineageBox, LineageGraph, LineageLine } from '../../../src/api/lineage-graph.js';
export type { FoundLine, FoundLines } from '../../../src/api/logs.js';
export type { Alert, BackTest, DescribedAlert, Monitor } from '../../../src/api/monitors.js';
export type { Channel, Delivery } from '../../../src/api/notifications.js';
export type { MetricOutlook, Outlook } from '../../../src/api/outlooks.js';
export type { Overview } from '../../../src/api/overview.js';
export type { AwaitingPipeline, PartnerPage, PartnerRow } from '../../../src/api/partners.js';
export type {
  FileProblem,
  Pipeline,
  PipelineDetail,
  PipelineOverview,
} from '../../../src/api/pipelines.js';
export type { RemoteJob } from '../../../src/api/remote-jobs.js';
export type { Session } from '../../../src/api/sessions.js';
export type { RecordedEffect, TestReport } from '../../../src/api/test-runs.js';
export type { Token } from '../../../src/api/tokens.js';
export type {
  HistoryEvent,
  LiveChange,
  LogLine,
  StateVisit,
  VisitStatus,
} from '../../../src/api/traces.js';
export type { Arrivals, Batch, Condition, Trigger } from '../../../src/api/triggers.js';
export type { Json, Page } from '../../../src/api/values.js';
export type { VersionDiff } from '../../../src/api/version-diff.js';
export type { WaitingForWorker, Worker } from '../../../src/api/workers.js';
