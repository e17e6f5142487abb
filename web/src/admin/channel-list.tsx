/**
 * Channels: how each is, when something arrived last, why the last try failed; and a test message, with what became of it.
 * @module
 */
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { channelsQuery, deliveryQuery, testChannel } from '../api/admin-queries.js';
import type { Channel, Delivery } from '../api/types.js';
import { printable } from '../format/printable.js';
import { outcomeOf } from '../incidents/incident-timeline.js';
import { Button } from '../parts/button.js';
import list from '../parts/list.module.css';
import { ListTable } from '../parts/list-table.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { StatusMark } from '../parts/status-mark.js';
import { Age } from '../parts/when.js';
import { useMayAct } from '../shell/may.js';
import styles from './admin.module.css';

export function ChannelList(): ReactElement | null {
  const { data, error } = useQuery(channelsQuery);
  if (data === undefined) return error === null ? null : <RefusalNote error={error} />;
  return (
    <>
      <ListTable
        label="Channels"
        heads={['State', 'Channel', 'How it is', ['Test', styles.right]]}
        columns={styles.channels}
      >
        <div role="rowgroup">
          {data.map((channel) => (
            <Row key={`${channel.team}/${channel.name}`} channel={channel} />
          ))}
        </div>
      </ListTable>
      <p className={styles.hint}>
        Channels stand in a file of the team beside its pipelines. The outbox sends nothing: it
        keeps what would have been sent where nothing else is connected.
      </p>
    </>
  );
}

function Row({ channel }: { channel: Channel }): ReactElement {
  const { team, name, type, file, state, since, deliveredAt, error, problem, routed } = channel;
  const whose = [type, team === 'default' ? undefined : team, file].filter((part) => part);
  return (
    <div className={`${list.row} ${styles.channels}`} role="row">
      <div role="cell" className={`${list.cell} ${styles.state}`}>
        <StatusMark status={markOf(channel)} />
      </div>
      <div role="cell" className={styles.what}>
        <Link
          to="/admin"
          search={{ tab: 'deliveries', channel: name, team }}
          className={list.main}
          data-row
        >
          {printable(name)}
        </Link>
        <div className={list.dim}>{printable(whose.join(' · '))}</div>
      </div>
      <div role="cell" className={`${list.cell} ${styles.words}`}>
        {problem !== undefined && (
          <div className={styles.bad}>is not used: {printable(problem)}</div>
        )}
        {state === 'failing' && (
          <div className={styles.bad}>
            failing{' '}
            {since !== undefined && (
              <>
                since <Age at={since} />
              </>
            )}
            {error !== undefined && `: ${printable(error)}`}
          </div>
        )}
        {state !== 'failing' && error !== undefined && error !== problem && (
          <div>last error: {printable(error)}</div>
        )}
        <div>
          {type === 'outbox' ? (
            'keeps what no route sends elsewhere'
          ) : deliveredAt === undefined ? (
            'nothing has arrived by it yet'
          ) : (
            <>
              the last arrived <Age at={deliveredAt} />
            </>
          )}
          {!routed && type !== 'outbox' && ', no route names it'}
        </div>
      </div>
      <div role="cell" className={`${list.cell} ${styles.right} ${styles.test}`}>
        <TestSend channel={channel} />
      </div>
    </div>
  );
}

/** One that cannot be used fails, whatever came of its last tries; the outbox always takes what it is given. */
function markOf({ type, state, problem }: Channel): Channel['state'] {
  if (type === 'outbox') return 'working';
  return problem === undefined ? state : 'failing';
}

/** Nothing for whom may only look. */
function TestSend({ channel }: { channel: Channel }): ReactElement | null {
  const may = useMayAct(channel.team);
  const send = useMutation({ mutationFn: async () => await testChannel(channel) });
  if (!may) return null;
  return (
    <>
      <Button disabled={send.isPending} onClick={() => send.mutate()}>
        Send a test<span className="sr-only"> by {printable(channel.name)}</span>
      </Button>
      <div role="status">
        {send.isError && <span className={styles.bad}>{send.error.message}</span>}
        {send.data !== undefined && <Result key={send.data.number} sent={send.data} />}
      </div>
    </>
  );
}

function Result({ sent }: { sent: Delivery }): ReactElement {
  const { data = sent } = useQuery({ ...deliveryQuery(sent.number), initialData: sent });
  return (
    <>
      <StatusMark status={data.status} />{' '}
      <Link to="/admin" search={{ tab: 'deliveries', open: data.number }}>
        #{data.number}
      </Link>
      <div className={styles.words}>{printable(outcomeOf(data))}</div>
    </>
  );
}
