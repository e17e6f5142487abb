/**
 * `/p/$name`: one pipeline: how it runs, its graph, its definition; starts executions.
 * @module
 */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { lazy, type ReactElement, Suspense, useState } from 'react';
import { challengesQuery } from '../api/challenger-queries.js';
import { executionsQuery, graphQuery, pipelineQuery, problemsQuery } from '../api/queries.js';
import type { Json, PipelineDetail } from '../api/types.js';
import { ChallengeList } from '../challengers/challenge-list.js';
import { ExecutionList } from '../executions/execution-list.js';
import { printable } from '../format/printable.js';
import { shellWord } from '../format/shell-word.js';
import { MachineGraph } from '../graph/machine-graph.js';
import { OpenIncidents } from '../incidents/open-incidents.js';
import { useWatch } from '../live/live.js';
import { Button } from '../parts/button.js';
import { EmptyState } from '../parts/empty-state.js';
import { Icon } from '../parts/icon.js';
import { JsonView } from '../parts/json-view.js';
import { PageHead, useTitle } from '../parts/page-head.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { Tags } from '../parts/tags.js';
import { Age } from '../parts/when.js';
import { FileProblems } from '../pipelines/file-problems.js';
import styles from './pipeline-page.module.css';
import { StartDialog } from './start-dialog.js';
import { Starts } from './starts.js';

/** The library that draws them is not needed to start an execution. */
const PipelineCharts = lazy(async () => ({
  default: (await import('../charts/pipeline-charts.js')).PipelineCharts,
}));

const SHOWN = 10;

export function PipelinePage(): ReactElement | null {
  const { name } = useParams({ from: '/p/$name' });
  const { team } = useSearch({ from: '/p/$name' });
  useTitle(name);
  useWatch(undefined);
  const { data: pipeline, error } = useQuery(pipelineQuery(name, team));
  if (pipeline === undefined) return error === null ? null : <RefusalNote error={error} />;
  return <Loaded key={`${pipeline.team}/${name}`} pipeline={pipeline} />;
}

function Loaded({ pipeline }: { pipeline: PipelineDetail }): ReactElement {
  const { name, team, tags, version, deployedAt, deployment } = pipeline;
  const [starting, setStarting] = useState(false);
  const { data: problems } = useQuery(problemsQuery);
  const { data: graph, error: graphError } = useQuery(graphQuery(name, team, version));
  return (
    <>
      <PageHead above={<Link to="/pipelines">Pipelines</Link>} title={printable(name)}>
        <Button look="primary" onClick={() => setStarting(true)}>
          <Icon name="play" size={14} /> Start execution
        </Button>
      </PageHead>
      <div className={styles.facts}>
        <span>
          Version {version}, deployed <Age at={deployedAt} />
        </span>
        <span>Team {printable(team)}</span>
        <Tags tags={tags} />
      </div>
      <OpenIncidents of={{ pipeline: name, team }} />
      {problems !== undefined && (
        <FileProblems
          problems={problems.items.filter(
            (problem) => problem.pipeline === name && problem.team === team,
          )}
        />
      )}
      <section className={styles.section} aria-labelledby="latest">
        <div className={styles.title}>
          <h2 id="latest">Latest executions</h2>
          <Link to="/executions" search={{ pipeline: name, team }}>
            All executions
          </Link>
        </div>
        <Latest pipeline={name} team={team} />
      </section>
      <ChallengesOf pipeline={name} team={team} />
      <section className={styles.section} aria-labelledby="charts">
        <div className={styles.title}>
          <h2 id="charts">How it behaves, in UTC</h2>
          <Link to="/checks" search={{ tab: 'results', pipeline: name, team }}>
            All results
          </Link>
        </div>
        <Suspense fallback={null}>
          <PipelineCharts pipeline={name} team={team} />
        </Suspense>
      </section>
      <Starts pipeline={name} team={team} />
      <section className={styles.section} aria-labelledby="graph">
        <h2 id="graph">Graph</h2>
        {graphError !== null && <RefusalNote error={graphError} />}
        {graph !== undefined && <MachineGraph graph={graph} progress={undefined} />}
      </section>
      <section className={styles.section} aria-labelledby="definition">
        <h2 id="definition">Definition</h2>
        <JsonView label="Amazon States Language" value={deployment.definition as unknown as Json} />
        {Object.keys(deployment.bindings).length > 0 && (
          <JsonView label="Bindings" value={deployment.bindings} />
        )}
      </section>
      <StartDialog pipeline={pipeline} open={starting} onClose={() => setStarting(false)} />
    </>
  );
}

/** A few at most: more are listed elsewhere. Nothing where nothing has ever challenged it. */
const SHOWN_CHALLENGES = 3;

function ChallengesOf(of: { pipeline: string; team: string }): ReactElement | null {
  const { data } = useInfiniteQuery(challengesQuery(of, SHOWN_CHALLENGES));
  const challenges = data?.pages[0]?.items ?? [];
  if (challenges.length === 0) return null;
  return (
    <section className={styles.section} aria-labelledby="challengers">
      <div className={styles.title}>
        <h2 id="challengers">Challengers</h2>
        <Link to="/challengers" search={of}>
          All challenges
        </Link>
      </div>
      <ChallengeList challenges={challenges} />
    </section>
  );
}

function Latest({ pipeline, team }: { pipeline: string; team: string }): ReactElement | null {
  const { data, error } = useInfiniteQuery(executionsQuery({ pipeline, team }));
  if (data === undefined) return error === null ? null : <RefusalNote error={error} />;
  const executions = data.pages.flatMap((page) => page.items).slice(0, SHOWN);
  return executions.length === 0 ? (
    <EmptyState title="It never ran" command={`millrace run ${shellWord(pipeline)} --wait`}>
      Start an execution with the button above, or there:
    </EmptyState>
  ) : (
    <ExecutionList executions={executions} withPipeline={false} />
  );
}
