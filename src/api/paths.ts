/**
 * Every address of the REST API, below its prefix. The server registers them, the commands and the console call them.
 *
 * Nothing but texts: the console takes them without taking zod along.
 * @module
 */

/** What stands before every path. */
export const PREFIX = '/api/v1';

/** Paths as the server registers them; `pathTo` puts names in the place of `:id` and `:name`. */
export const PATHS = {
  executions: '/executions',
  execution: '/executions/:id',
  states: '/executions/:id/states',
  history: '/executions/:id/history',
  logs: '/executions/:id/logs',
  jobs: '/executions/:id/jobs',
  testReport: '/executions/:id/test-report',
  effects: '/executions/:id/effects',
  /** Log lines of all executions. */
  logSearch: '/logs',
  stop: '/executions/:id/stop',
  redrive: '/executions/:id/redrive',
  redrivePlan: '/executions/:id/redrive-plan',
  repairPlan: '/executions/:id/repair-plan',
  pipelines: '/pipelines',
  pipeline: '/pipelines/:name',
  graph: '/pipelines/:name/graph',
  trigger: '/pipelines/:name/trigger',
  problems: '/problems',
  reload: '/reload',
  backfills: '/backfills',
  backfill: '/backfills/:id',
  stopBackfill: '/backfills/:id/stop',
  /** Live events when read, events on a bus when written. */
  events: '/events',
  storedEvents: '/stored-events',
  deadLetters: '/dead-letters',
  testPattern: '/test-pattern',
  schedules: '/schedules',
  overview: '/overview',
  board: '/board',
  costs: '/costs',
  digest: '/digest',
  outlooks: '/outlooks',
  outlook: '/pipelines/:name/outlook',
  arrivals: '/arrivals',
  partners: '/partners',
  datasets: '/datasets',
  dataset: '/datasets/:name',
  datasetVersions: '/datasets/:name/versions',
  datasetVersion: '/datasets/:name/versions/:version',
  datasetManifest: '/datasets/:name/versions/:version/manifest',
  datasetRollback: '/datasets/:name/rollback',
  lineage: '/datasets/:name/lineage',
  lineageGraph: '/datasets/:name/lineage/graph',
  versionRepair: '/datasets/:name/versions/:version/repair-plan',
  executionLineage: '/executions/:id/lineage',
  toldDatasets: '/lineage/datasets',
  openLineage: '/lineage/openlineage',
  datasetUse: '/datasets/:name/use',
  datasetSchemaHistory: '/datasets/:name/schema-history',
  datasetRows: '/datasets/:name/versions/:version/rows',
  datasetDiff: '/datasets/:name/diff',
  datasetProfile: '/datasets/:name/versions/:version/profile',
  catalogue: '/catalogue',
  executionWorking: '/executions/:id/working',
  sql: '/sql',
  pipelineChallengers: '/pipelines/:name/challengers',
  drain: '/drain',
  challengers: '/challengers',
  challenger: '/challengers/:number',
  challengerPromote: '/challengers/:number/promote',
  challengerStop: '/challengers/:number/stop',
  watched: '/watched',
  watchedRuns: '/watched-runs',
  watching: '/watching',
  checks: '/checks',
  alertmanager: '/alertmanager',
  expectations: '/expectations',
  expectationChanges: '/expectation-changes',
  explainExpectations: '/expectations/explain',
  monitors: '/monitors',
  monitor: '/monitors/:name',
  backTest: '/monitors/backtest',
  alerts: '/alerts',
  alert: '/alerts/:number',
  incidents: '/incidents',
  incident: '/incidents/:number',
  incidentActs: '/incidents/:number/acts',
  incidentMeans: '/incident-means',
  silences: '/silences',
  silence: '/silences/:number',
  onCall: '/on-call',
  channels: '/channels',
  testChannel: '/channels/:name/test',
  deliveries: '/deliveries',
  delivery: '/deliveries/:number',
  retryDelivery: '/deliveries/:number/retry',
  pools: '/pools',
  pool: '/pools/:name',
  clusterPools: '/cluster-pools',
  workers: '/workers',
  workerClaim: '/workers/claim',
  workerHeartbeat: '/workers/heartbeat',
  workerGoodbye: '/workers/goodbye',
  workerOutcomes: '/workers/outcomes',
  workerLogs: '/workers/attempts/:id/logs',
  workerOutcome: '/workers/attempts/:id/outcome',
  workerFiles: '/workers/attempts/:id/files',
  workerBlob: '/workers/attempts/:id/blobs/:sha256',
  taskSuccess: '/tasks/success',
  taskFailure: '/tasks/failure',
  taskHeartbeat: '/tasks/heartbeat',
  accessKeys: '/access-keys',
  accessKey: '/access-keys/:id',
  tokens: '/tokens',
  token: '/tokens/:id',
  audit: '/audit',
  auditVerification: '/audit/verification',
  accounts: '/accounts',
  checkAccount: '/accounts/:name/check',
  secrets: '/secrets',
  secret: '/secrets/:name',
  users: '/users',
  user: '/users/:name',
  userLink: '/users/:name/login-link',
  webhooks: '/webhooks',
  webhook: '/webhooks/:name',
  rotateWebhook: '/webhooks/:name/rotate',
  loginLinks: '/login-links',
  session: '/session',
  logout: '/logout',
  backups: '/backups',
  restore: '/restore',
  resume: '/restore/resume',
  health: '/health',
} as const;

/** The names that stand behind a colon in a path. */
export type ParamsOf<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamsOf<Rest>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never;

/**
 * A path with things in the places of their names, whatever characters those have.
 * @example pathTo(PATHS.states, { id: 'orders/night' }) // '/executions/orders%2Fnight/states'
 */
export function pathTo<Path extends string>(
  path: Path,
  params: { readonly [Name in ParamsOf<Path>]: string },
): string {
  const given: { readonly [name: string]: string } = params;
  return path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(given[name] ?? ''));
}
