/**
 * `/challengers/$number`: one challenge: how it stands, its rules, each comparison; promotes or stops it.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { type ChallengeAct, challengeQuery } from '../api/challenger-queries.js';
import type { ChallengeDetail } from '../api/types.js';
import { formatAmount } from '../format/amount.js';
import { printable } from '../format/printable.js';
import { useWatch } from '../live/live.js';
import { Button } from '../parts/button.js';
import { PageHead, useTitle } from '../parts/page-head.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { StatusMark } from '../parts/status-mark.js';
import { Age, When } from '../parts/when.js';
import { useAdministersServer, useMayEdit } from '../shell/may.js';
import { ChallengeActDialog } from './challenge-act-dialog.js';
import styles from './challenge-page.module.css';
import { challengeStatus, countWords, decidedWords } from './challenge-words.js';
import { ComparisonCard } from './comparison-card.js';

export function ChallengePage(): ReactElement | null {
  const { number } = useParams({ from: '/challengers/$number' });
  useTitle(`Challenge #${number}`);
  useWatch(undefined);
  const { data: challenge, error } = useQuery(challengeQuery(number));
  if (challenge === undefined) return error === null ? null : <RefusalNote error={error} />;
  return <Loaded key={challenge.number} challenge={challenge} />;
}

function Loaded({ challenge }: { challenge: ChallengeDetail }): ReactElement {
  const { number, pipeline, team, comparisons, candidateText, reason } = challenge;
  return (
    <>
      <PageHead
        above={
          <>
            <Link to="/challengers">Challengers</Link> /{' '}
            <Link to="/p/$name" params={{ name: pipeline }} search={{ team }}>
              {printable(pipeline)}
            </Link>
          </>
        }
        title={
          <span className={styles.title}>
            Challenge <span className={styles.number}>#{number}</span>
            <StatusMark status={challengeStatus(challenge)} />
          </span>
        }
      >
        <Acts challenge={challenge} />
      </PageHead>
      {reason !== undefined && <p className={styles.reason}>{printable(reason)}</p>}
      <Facts challenge={challenge} />
      <section className={styles.section} aria-labelledby="comparisons">
        <h2 id="comparisons">Comparisons</h2>
        {comparisons.length === 0 ? (
          <p className={styles.dim}>
            None yet: the challenger begins with the next execution of the pipeline.
          </p>
        ) : (
          <ol className={styles.comparisons}>
            {comparisons.map((one) => (
              <li key={one.number}>
                <ComparisonCard comparison={one} />
              </li>
            ))}
          </ol>
        )}
      </section>
      <details className={styles.file}>
        <summary>The file of the candidate</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
        <pre tabIndex={0}>{printable(candidateText)}</pre>
      </details>
    </>
  );
}

function Facts({ challenge }: { challenge: ChallengeDetail }): ReactElement {
  const { team, championVersion, candidateVersion, begun, promote, backfills, rules } = challenge;
  const { at, startedBy, endedAt, promotedVersion, promotedBy, promotedAt } = challenge;
  const counts = countWords(challenge);
  return (
    <dl className={styles.facts}>
      <div>
        <dt>Versions</dt>
        <dd>
          {candidateVersion} beside {championVersion}
        </dd>
      </div>
      <div>
        <dt>Executions</dt>
        <dd>
          {decidedWords(challenge)}
          {counts !== '' && `: ${counts}`}
          <span className={styles.dim}> ({formatAmount(begun)} begun)</span>
        </dd>
      </div>
      <div>
        <dt>Started</dt>
        <dd>
          <When at={at} /> by {printable(startedBy)}
        </dd>
      </div>
      {endedAt !== undefined && (
        <div>
          <dt>Ended</dt>
          <dd>
            <Age at={endedAt} />
          </dd>
        </div>
      )}
      <div>
        <dt>Promoted</dt>
        <dd>
          {promotedVersion === undefined ? (
            promote
          ) : (
            <>
              as version {promotedVersion} by {printable(promotedBy ?? '')}
              {promotedAt !== undefined && (
                <>
                  , <Age at={promotedAt} />
                </>
              )}
            </>
          )}
        </dd>
      </div>
      <div>
        <dt>Team</dt>
        <dd>{printable(team)}</dd>
      </div>
      {backfills === 'with' && (
        <div>
          <dt>Backfills</dt>
          <dd>are challenged, too</dd>
        </div>
      )}
      <div className={styles.wide}>
        <dt>Rules</dt>
        <dd>{rules.map(printable).join(' · ')}</dd>
      </div>
    </dl>
  );
}

/** Nobody sees a button that the server would refuse. */
function Acts({ challenge }: { challenge: ChallengeDetail }): ReactElement {
  const { state, verdict, promotedAt, team } = challenge;
  const [asked, setAsked] = useState<ChallengeAct>();
  const administers = useAdministersServer();
  const mayStop = useMayEdit(team) && state === 'running';
  const isOver = state === 'ended' && verdict === undefined;
  const mayPromote = administers && state !== 'promoting' && !isOver && promotedAt === undefined;
  return (
    <>
      {mayStop && <Button onClick={() => setAsked('stop')}>Stop</Button>}
      {mayPromote && (
        <Button look={verdict === 'won' ? 'primary' : 'plain'} onClick={() => setAsked('promote')}>
          Promote
        </Button>
      )}
      <ChallengeActDialog challenge={challenge} act={asked} onClose={() => setAsked(undefined)} />
    </>
  );
}
