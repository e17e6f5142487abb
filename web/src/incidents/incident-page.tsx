/**
 * `/incidents/$number`: one incident: what is in trouble, whose it is, what can be done, and everything that became of it.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { incidentQuery } from '../api/incident-queries.js';
import type { DescribedIncident } from '../api/types.js';
import { printable } from '../format/printable.js';
import { subjectKind } from '../format/subject.js';
import { useWatch } from '../live/live.js';
import { Button } from '../parts/button.js';
import { PageHead, useTitle } from '../parts/page-head.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { statusTone, statusWord } from '../parts/status.js';
import { StatusIcon, StatusMark } from '../parts/status-mark.js';
import { Tags } from '../parts/tags.js';
import { Age, When } from '../parts/when.js';
import { useHotkeys } from '../shell/hotkeys.js';
import { useMayAct } from '../shell/may.js';
import { Acknowledge, useAct } from './acknowledge.js';
import { ActDialog, type AskedAct } from './act-dialogs.js';
import { Around } from './incident-around.js';
import styles from './incident-page.module.css';
import { IncidentProblems } from './incident-problems.js';
import { MARK_OF } from './incident-row.js';
import { IncidentTimeline } from './incident-timeline.js';
import { Owner, Standing } from './owner.js';
import { SilenceButton } from './silence-dialog.js';

export function IncidentPage(): ReactElement | null {
  const { number } = useParams({ from: '/incidents/$number' });
  useWatch(undefined);
  const { data: incident, error } = useQuery(incidentQuery(number));
  useTitle(incident === undefined ? 'Incident' : `#${incident.number} ${incident.title}`);
  if (incident === undefined) return error === null ? null : <RefusalNote error={error} />;
  return <Loaded key={incident.number} incident={incident} />;
}

function Loaded({ incident }: { incident: DescribedIncident }): ReactElement {
  const { number, title, level, status, team, subject, since, openedAt, owner, tags } = incident;
  const { pipeline, ownerBecause, solved, causedBy, reopened, repeats } = incident;
  const isOpen = status !== 'RESOLVED';
  return (
    <>
      <PageHead
        above={<Link to="/incidents">Incidents</Link>}
        title={
          <span className={styles.title}>
            {printable(title)} <span className={styles.number}>#{number}</span>
            <span className={styles.status} data-tone={statusTone(status)}>
              <StatusIcon status={status} />
              {statusWord(status)}
            </span>
          </span>
        }
      />
      {isOpen && <Acts incident={incident} />}
      {causedBy !== undefined && (
        <p className={styles.cause}>
          Caused by{' '}
          <Link to="/incidents/$number" params={{ number: String(causedBy.number) }}>
            #{causedBy.number} {printable(causedBy.title ?? 'of another team')}
          </Link>
          {causedBy.team === undefined || causedBy.team === team
            ? ''
            : ` of team ${printable(causedBy.team)}`}
          : it is told, escalated and closed with it.
        </p>
      )}
      {!isOpen && (
        <p className={styles.solved}>
          <StatusIcon status="RESOLVED" size={20} />
          <span>{printable(solved ?? 'It is over.')}</span>
        </p>
      )}
      <dl className={styles.facts}>
        <div>
          <dt>Owner</dt>
          <dd>
            <Owner name={owner} /> <span className={styles.dim}>({printable(ownerBecause)})</span>
          </dd>
        </div>
        <div>
          <dt>{isOpen ? 'Now' : 'It was'}</dt>
          <dd>
            <Standing incident={incident} />
          </dd>
        </div>
        <div>
          <dt>Level</dt>
          <dd>
            <StatusMark status={MARK_OF[level]} />
          </dd>
        </div>
        <div>
          <dt>Since</dt>
          <dd>
            <When at={since} />{' '}
            <span className={styles.dim}>
              (<Age at={since} />)
            </span>
          </dd>
        </div>
        {reopened > 0 && (
          <div>
            <dt>Opened again</dt>
            <dd>
              {reopened === 1 ? 'once' : `${reopened} times`}, first <When at={openedAt} />
            </dd>
          </div>
        )}
        {repeats > 0 && (
          <div>
            <dt>Happened again</dt>
            <dd>{repeats === 1 ? 'once' : `${repeats} times`}</dd>
          </div>
        )}
        <div>
          <dt>Team</dt>
          <dd>{printable(team)}</dd>
        </div>
        {subject.provider !== 'millrace' && (
          <div>
            <dt>What</dt>
            <dd>{printable(subjectKind(subject) ?? subject.kind)}</dd>
          </div>
        )}
        {pipeline !== undefined && (
          <div>
            <dt>Pipeline</dt>
            <dd>
              <Link to="/p/$name" params={{ name: pipeline }} search={{ team }}>
                {printable(pipeline)}
              </Link>
            </dd>
          </div>
        )}
        {Object.keys(tags).length > 0 && (
          <div>
            <dt>Tags</dt>
            <dd>
              <Tags tags={tags} />
            </dd>
          </div>
        )}
      </dl>
      <div className={styles.columns}>
        <div className={styles.main}>
          <IncidentProblems incident={incident} />
          <IncidentTimeline incident={incident} />
        </div>
        <Around incident={incident} />
      </div>
    </>
  );
}

/** Nothing for whom may only look. */
function Acts({ incident }: { incident: DescribedIncident }): ReactElement | null {
  const { number, status, team, tags, pipeline } = incident;
  const [asked, setAsked] = useState<AskedAct>();
  const may = useMayAct(team);
  const deed = useAct();
  useHotkeys({
    a: () => {
      if (may && status === 'OPEN') deed.mutate({ number, what: { type: 'acknowledge' } });
    },
  });
  if (!may) return null;
  return (
    <div className={styles.acts}>
      <Acknowledge incident={incident} look="primary" />
      <Button onClick={() => setAsked('assign')}>Assign …</Button>
      <Button onClick={() => setAsked('snooze')}>Snooze …</Button>
      <SilenceButton of={{ team, tags, pipeline }} />
      <Button
        look={status === 'ACKNOWLEDGED' ? 'primary' : 'plain'}
        onClick={() => setAsked('resolve')}
      >
        Resolve …
      </Button>
      {deed.isError && <RefusalNote error={deed.error} />}
      <ActDialog incident={incident} asked={asked} onClose={() => setAsked(undefined)} />
    </div>
  );
}
