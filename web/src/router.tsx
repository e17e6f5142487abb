/**
 * The console's addresses. What a page shows is in its address: filters, tab, state.
 * @module
 */
import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  Link,
} from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { AdminPage } from './admin/admin-page.js';
import { adminSearch } from './admin/admin-search.js';
import { AlertsPage } from './alerts/alerts-page.js';
import { alertsSearch } from './alerts/alerts-search.js';
import { BoardPage } from './board/board-page.js';
import { boardSearch } from './board/board-search.js';
import { ChallengePage } from './challengers/challenge-page.js';
import { ChallengersPage } from './challengers/challengers-page.js';
import { challengersSearch } from './challengers/challengers-search.js';
import { ChecksPage } from './checks/checks-page.js';
import { checksSearch } from './checks/checks-search.js';
import { DataPage } from './data/data-page.js';
import { dataSearch, datasetSearch } from './data/data-search.js';
import { DatasetPage } from './dataset/dataset-page.js';
import { ExecutionPage } from './execution/execution-page.js';
import { executionSearch } from './execution/execution-search.js';
import { ExecutionsPage } from './executions/executions-page.js';
import { executionsSearch } from './executions/executions-search.js';
import { IncidentPage } from './incidents/incident-page.js';
import { IncidentsPage } from './incidents/incidents-page.js';
import { incidentsSearch } from './incidents/incidents-search.js';
import { LineagePage } from './lineage/lineage-page.js';
import { lineageSearch } from './lineage/lineage-search.js';
import { LogsPage } from './logs/logs-page.js';
import { logsSearch } from './logs/logs-search.js';
import { NowPage } from './now/now-page.js';
import { nowSearch } from './now/now-search.js';
import { EmptyState } from './parts/empty-state.js';
import { RefusalNote } from './parts/refusal-note.js';
import { PipelinePage } from './pipeline/pipeline-page.js';
import { pipelineSearch } from './pipeline/pipeline-search.js';
import { PipelinesPage } from './pipelines/pipelines-page.js';
import { Shell } from './shell/shell.js';
import { SqlPage } from './sql/sql-page.js';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const pipelines = createRoute({
  getParentRoute: () => root,
  path: '/pipelines',
  component: PipelinesPage,
});

const now = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: nowSearch,
  component: NowPage,
});

const checks = createRoute({
  getParentRoute: () => root,
  path: '/checks',
  validateSearch: checksSearch,
  component: ChecksPage,
});

const data = createRoute({
  getParentRoute: () => root,
  path: '/data',
  validateSearch: dataSearch,
  component: DataPage,
});

/** Names of datasets have slashes. */
const dataset = createRoute({
  getParentRoute: () => root,
  path: '/d/$',
  validateSearch: datasetSearch,
  component: DatasetPage,
});

const challengers = createRoute({
  getParentRoute: () => root,
  path: '/challengers',
  validateSearch: challengersSearch,
  component: ChallengersPage,
});

const challenge = createRoute({
  getParentRoute: () => root,
  path: '/challengers/$number',
  component: ChallengePage,
});

const sql = createRoute({
  getParentRoute: () => root,
  path: '/sql',
  component: SqlPage,
});

const lineage = createRoute({
  getParentRoute: () => root,
  path: '/lineage/$',
  validateSearch: lineageSearch,
  component: LineagePage,
});

const board = createRoute({
  getParentRoute: () => root,
  path: '/board',
  validateSearch: boardSearch,
  component: BoardPage,
});

const alerts = createRoute({
  getParentRoute: () => root,
  path: '/alerts',
  validateSearch: alertsSearch,
  component: AlertsPage,
});

const incidents = createRoute({
  getParentRoute: () => root,
  path: '/incidents',
  validateSearch: incidentsSearch,
  component: IncidentsPage,
});

const incident = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$number',
  component: IncidentPage,
});

const admin = createRoute({
  getParentRoute: () => root,
  path: '/admin',
  validateSearch: adminSearch,
  component: AdminPage,
});

const logs = createRoute({
  getParentRoute: () => root,
  path: '/logs',
  validateSearch: logsSearch,
  component: LogsPage,
});

const executions = createRoute({
  getParentRoute: () => root,
  path: '/executions',
  validateSearch: executionsSearch,
  component: ExecutionsPage,
});

const execution = createRoute({
  getParentRoute: () => root,
  path: '/e/$id',
  validateSearch: executionSearch,
  component: ExecutionPage,
});

const pipeline = createRoute({
  getParentRoute: () => root,
  path: '/p/$name',
  validateSearch: pipelineSearch,
  component: PipelinePage,
});

const routeTree = root.addChildren([
  now,
  incidents,
  incident,
  admin,
  pipelines,
  data,
  dataset,
  challengers,
  challenge,
  lineage,
  sql,
  checks,
  board,
  alerts,
  logs,
  executions,
  execution,
  pipeline,
]);

/** Makes the router; its type gives `Link` and `useSearch` the addresses above. */
export function createConsoleRouter() {
  return createRouter({
    routeTree,
    defaultErrorComponent: Broken,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}

function NotFound(): ReactElement {
  return (
    <EmptyState title="There is nothing at this address">
      It may have been typed wrong. <Link to="/pipelines">All pipelines</Link>
    </EmptyState>
  );
}

function Broken({ error }: ErrorComponentProps): ReactElement {
  return <RefusalNote error={error} />;
}
