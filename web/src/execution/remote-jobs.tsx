/**
 * Where another system performs a state: how its job stands, and the way to its own console and logs.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { remoteJobsQuery } from '../api/queries.js';
import type { RemoteJob, StateVisit } from '../api/types.js';
import { printable } from '../format/printable.js';
import { When } from '../parts/when.js';
import styles from './remote-jobs.module.css';

/** Jobs that are shown; of a state in a Map there may be thousands. */
const MOST = 5;

/** Nothing for a state that is performed here. */
export function RemoteJobs({
  execution,
  visit: { name, resource },
}: {
  execution: string;
  visit: Pick<StateVisit, 'name' | 'resource'>;
}): ReactElement | null {
  const isElsewhere = resource !== undefined && !resource.startsWith('millrace:');
  const { data } = useQuery({ ...remoteJobsQuery(execution, name), enabled: isElsewhere });
  if (data === undefined || data.length === 0) return null;
  return (
    <section aria-label="Jobs" className={styles.jobs}>
      {data.slice(0, MOST).map((job) => (
        <Job key={job.attempt} job={job} />
      ))}
      {data.length > MOST && <p className={styles.more}>and {data.length - MOST} before</p>}
    </section>
  );
}

function Job({ job }: { job: RemoteJob }): ReactElement {
  const { status, phase, account, region, links, trouble } = job;
  const place = [account, region].filter((part) => part !== undefined).join(', ');
  return (
    <div className={styles.job}>
      <div>
        <strong>{printable(status ?? phase)}</strong>
        {job.job !== undefined && <code>{printable(job.job)}</code>}
      </div>
      {place !== '' && <div>{printable(place)}</div>}
      {phase === 'stopping' && <div>Asked to end: nobody waits for it any more.</div>}
      {trouble !== undefined && <p className={styles.trouble}>{printable(trouble)}</p>}
      {job.nextLookAt !== undefined && (
        <div>
          Looked at next <When at={job.nextLookAt} />
        </div>
      )}
      {Object.entries(links).map(([name, url]) => (
        <a key={name} href={url} target="_blank" rel="noreferrer noopener">
          {printable(name)}
        </a>
      ))}
    </div>
  );
}
