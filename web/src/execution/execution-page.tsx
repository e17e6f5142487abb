/**
 * `/e/$id`: one execution. What failed comes first; then its states, graph, logs, data and events.
 * @module
 */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type ReactElement, useEffect, useState } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { executionQuery, statesQuery } from '../api/queries.js';
import type { ExecutionDetail } from '../api/types.js';
import { OpenIncidents } from '../incidents/open-incidents.js';
import { useWatch } from '../live/live.js';
import { useTitle } from '../parts/page-head.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { canRedrive, statusWord } from '../parts/status.js';
import { useHotkeys } from '../shell/hotkeys.js';
import { DataTab } from './data-tab.js';
import { ErrorBox } from './error-box.js';
import { EventsTab } from './events/events-tab.js';
import { ExecutionHeader } from './execution-header.js';
import styles from './execution-page.module.css';
import type { ExecutionSearch, Tab as TabName } from './execution-search.js';
import { GraphTab } from './graph/graph-tab.js';
import { LogsTab } from './logs/logs-tab.js';
import { type Redrive, RedriveDialog } from './redrive-dialog.js';
import { StatesTab } from './states/states-tab.js';
import { TestReportOf } from './test-report.js';
import { WorkingTab } from './working-tab.js';

const TITLES: { [tab in TabName]: string } = {
  states: 'States',
  graph: 'Graph',
  logs: 'Logs',
  data: 'Input / Output',
  working: 'Data',
  events: 'Events',
};

export function ExecutionPage(): ReactElement | null {
  const { id } = useParams({ from: '/e/$id' });
  const search = useSearch({ from: '/e/$id' });
  const cache = useQueryClient();
  const navigate = useNavigate();
  const { data: execution, error } = useQuery(executionQuery(id));

  // Numbers, first characters and `latest` lead here too; the live stream and the cache know ids only.
  useEffect(() => {
    if (execution === undefined || execution.id === id) return;
    cache.setQueryData(executionQuery(execution.id).queryKey, execution);
    void navigate({ to: '/e/$id', params: { id: execution.id }, search, replace: true });
  }, [execution, id, search, cache, navigate]);

  if (execution === undefined) return error === null ? null : <RefusalNote error={error} />;
  if (execution.id !== id) return null;
  return <Loaded key={id} execution={execution} search={search} />;
}

function Loaded({
  execution,
  search,
}: {
  execution: ExecutionDetail;
  search: ExecutionSearch;
}): ReactElement {
  const { id, pipeline, team, number, status } = execution;
  useTitle(`${pipeline} #${number} ${statusWord(status)}`);
  useWatch(id);
  const navigate = useNavigate({ from: '/e/$id' });
  const { data: states } = useQuery(statesQuery(id));
  const [redrive, setRedrive] = useState<Redrive | undefined>(
    canRedrive(status) ? search.redrive : undefined,
  );
  const visits = states?.items ?? [];

  const show = (next: ExecutionSearch): void => {
    void navigate({ search: next, replace: true, resetScroll: false });
  };
  useHotkeys({
    l: () => show({ ...search, tab: 'logs' }),
    r: () => {
      if (canRedrive(status)) setRedrive('own');
    },
  });

  return (
    <>
      <ExecutionHeader execution={execution} />
      {execution.testRun === undefined ? (
        <OpenIncidents of={{ pipeline, team }} />
      ) : (
        <TestReportOf execution={execution} />
      )}
      {canRedrive(status) && (
        <ErrorBox execution={execution} visits={visits} onRedrive={setRedrive} onShow={show} />
      )}
      <Tabs
        className={styles.tabs ?? ''}
        selectedKey={search.tab ?? 'states'}
        onSelectionChange={(key) => {
          const { tab: _tab, ...rest } = search;
          show(key === 'states' ? rest : { ...rest, tab: key as TabName });
        }}
      >
        <TabList className={styles.tabList ?? ''} aria-label="About this execution">
          {(Object.keys(TITLES) as TabName[]).map((tab) => (
            <Tab key={tab} id={tab} className={styles.tab ?? ''}>
              {TITLES[tab]}
            </Tab>
          ))}
        </TabList>
        <TabPanel id="states" className={styles.panel ?? ''}>
          <StatesTab execution={execution} states={states} search={search} onShow={show} />
        </TabPanel>
        <TabPanel id="graph" className={styles.panel ?? ''}>
          <GraphTab execution={execution} visits={visits} search={search} onShow={show} />
        </TabPanel>
        <TabPanel id="logs" className={styles.panel ?? ''}>
          <LogsTab
            key={`${search.state ?? ''} ${execution.redriveCount}`}
            execution={execution}
            visits={visits}
            search={search}
            onShow={show}
          />
        </TabPanel>
        <TabPanel id="data" className={styles.panel ?? ''}>
          <DataTab execution={execution} />
        </TabPanel>
        <TabPanel id="working" className={styles.panel ?? ''}>
          <WorkingTab execution={execution} />
        </TabPanel>
        <TabPanel id="events" className={styles.panel ?? ''}>
          <EventsTab execution={execution} />
        </TabPanel>
      </Tabs>
      <RedriveDialog
        execution={execution}
        visits={visits}
        redrive={redrive}
        onClose={() => {
          setRedrive(undefined);
          const { redrive: _, ...rest } = search;
          show(rest);
        }}
      />
    </>
  );
}
