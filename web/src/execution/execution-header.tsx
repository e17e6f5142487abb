/**
 * Which execution this is: outcome, pipeline, version, when, how long, and how often it was redriven.
 * @module
 */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { PATHS, pathTo } from '../../../src/api/paths.js';
import { post } from '../api/client.js';
import type { ExecutionDetail } from '../api/types.js';
import { testRunWords } from '../executions/test-run-words.js';
import { givenName } from '../format/given-name.js';
import { money } from '../format/money.js';
import { printable } from '../format/printable.js';
import { Button } from '../parts/button.js';
import { Dialog } from '../parts/dialog.js';
import { Icon } from '../parts/icon.js';
import { PageHead } from '../parts/page-head.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { statusTone, statusWord } from '../parts/status.js';
import { StatusIcon } from '../parts/status-mark.js';
import { Tags } from '../parts/tags.js';
import { Age, Elapsed, When } from '../parts/when.js';
import styles from './execution-header.module.css';

export function ExecutionHeader({ execution }: { execution: ExecutionDetail }): ReactElement {
  const {
    id,
    number,
    name,
    pipeline,
    team,
    version,
    status,
    startedAt,
    stoppedAt,
    redriveCount,
    tags,
    parent,
    queued,
    usage: { retries, cost, currency = '' },
  } = execution;
  const kind = testRunWords(execution);
  return (
    <>
      <PageHead
        above={
          <>
            <Link to="/p/$name" params={{ name: pipeline }} search={{ team }}>
              {printable(pipeline)}
            </Link>{' '}
            /{' '}
            <Link to="/executions" search={{ pipeline, team }}>
              executions
            </Link>
          </>
        }
        title={
          <span className={styles.title}>
            {printable(pipeline)} <span className={styles.number}>#{number}</span>
            <span className={styles.status} data-tone={statusTone(status)}>
              <StatusIcon status={status} />
              {queued === undefined ? statusWord(status) : 'queued'}
            </span>
            {kind !== undefined && <span className={styles.status}>{kind}</span>}
          </span>
        }
      >
        {status === 'RUNNING' && <StopButton id={id} />}
      </PageHead>
      <dl className={styles.facts}>
        <div>
          <dt>Started</dt>
          <dd>
            <When at={startedAt} />{' '}
            <span className={styles.dim}>
              (<Age at={startedAt} />)
            </span>
          </dd>
        </div>
        {queued !== undefined && (
          <div>
            <dt>Waits</dt>
            <dd>{printable(queued)}</dd>
          </div>
        )}
        <div>
          <dt>{stoppedAt === undefined ? 'Running for' : 'Took'}</dt>
          <dd>
            <Elapsed from={startedAt} to={stoppedAt} />
          </dd>
        </div>
        <div>
          <dt>Version</dt>
          <dd>{version}</dd>
        </div>
        {redriveCount > 0 && (
          <div>
            <dt>Redriven</dt>
            <dd>{redriveCount === 1 ? 'once' : `${redriveCount} times`}</dd>
          </div>
        )}
        {retries > 0 && (
          <div>
            <dt>Retries</dt>
            <dd>{retries}</dd>
          </div>
        )}
        {cost !== undefined && (
          <div>
            <dt>{stoppedAt === undefined ? 'Cost so far' : 'Cost'}</dt>
            <dd>{printable(money(cost, currency))}</dd>
          </div>
        )}
        {givenName(name) !== undefined && (
          <div>
            <dt>Name</dt>
            <dd>{printable(name)}</dd>
          </div>
        )}
        {parent !== undefined && (
          <div>
            <dt>Started by</dt>
            <dd>
              <Link to="/e/$id" params={{ id: parent }}>
                its parent execution
              </Link>
            </dd>
          </div>
        )}
        {Object.keys(tags).length > 0 && (
          <div>
            <dt>Tags</dt>
            <dd className={styles.tags}>
              <Tags tags={tags} />
            </dd>
          </div>
        )}
      </dl>
    </>
  );
}

function StopButton({ id }: { id: string }): ReactElement {
  const [asking, setAsking] = useState(false);
  const cache = useQueryClient();
  const stop = useMutation({
    mutationFn: async () => await post(pathTo(PATHS.stop, { id }), {}),
    onSuccess: async () => {
      setAsking(false);
      await cache.invalidateQueries({ queryKey: ['execution', id] });
    },
  });
  return (
    <>
      <Button onClick={() => setAsking(true)}>
        <Icon name="stop" size={14} /> Stop
      </Button>
      <Dialog title="Stop this execution?" open={asking} onClose={() => setAsking(false)}>
        <p>
          Running tasks are ended: their processes get a signal to stop, and are killed if they do
          not. Finished states keep their results, and the execution can be redriven later.
        </p>
        {stop.isError && <RefusalNote error={stop.error} />}
        <div className={styles.buttons}>
          <Button onClick={() => setAsking(false)}>Let it run</Button>
          <Button look="primary" disabled={stop.isPending} onClick={() => stop.mutate()}>
            Stop it
          </Button>
        </div>
      </Dialog>
    </>
  );
}
