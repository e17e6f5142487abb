/**
 * The log of deliveries: each with what became of it; a row opens the message as it was, or as it would have been sent.
 * @module
 */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import {
  channelsQuery,
  deliveriesQuery,
  deliveryQuery,
  retryDelivery,
} from '../api/admin-queries.js';
import type { Delivery } from '../api/types.js';
import { printable } from '../format/printable.js';
import { outcomeOf } from '../incidents/incident-timeline.js';
import { Button } from '../parts/button.js';
import { EmptyState } from '../parts/empty-state.js';
import field from '../parts/field.module.css';
import list from '../parts/list.module.css';
import { ListTable } from '../parts/list-table.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { StatusMark } from '../parts/status-mark.js';
import { Age } from '../parts/when.js';
import { useMayAct } from '../shell/may.js';
import { Choice } from '../watch/choice.js';
import styles from './admin.module.css';
import { type AdminSearch, adminSearch, DELIVERY_STATUSES } from './admin-search.js';
import { MessageView } from './message-view.js';

export function DeliveryList({ search }: { search: AdminSearch }): ReactElement | null {
  const { channel, team, status, open } = search;
  const navigate = useNavigate({ from: '/admin' });
  const pages = useInfiniteQuery(deliveriesQuery({ channel, team, status }));
  const { data: channels = [] } = useQuery(channelsQuery);
  const set = (changed: { [name: string]: unknown }): void =>
    void navigate({ search: adminSearch({ ...search, ...changed }), replace: true });
  if (pages.data === undefined) {
    return pages.error === null ? null : <RefusalNote error={pages.error} />;
  }
  const deliveries = pages.data.pages.flatMap(({ items }) => items);
  const isListed = deliveries.some(({ number }) => number === open);
  const names = [...new Set([...channels.map(({ name }) => name), channel ?? ''])].filter(Boolean);
  const show = (number: number | undefined): void => set({ open: number });
  return (
    <>
      <div className={styles.filters}>
        <select
          className={field.field}
          aria-label="Channel"
          value={channel ?? ''}
          onChange={(event) => set({ channel: event.target.value, team: undefined })}
        >
          <option value="">Any channel</option>
          {names.map((name) => (
            <option key={name} value={name}>
              {printable(name)}
            </option>
          ))}
        </select>
        <Choice
          label="How it went"
          any="However it went"
          values={DELIVERY_STATUSES}
          value={status}
          onChange={(value) => set({ status: value })}
        />
      </div>
      {open !== undefined && !isListed && <Alone number={open} />}
      {deliveries.length === 0 && !pages.hasNextPage ? (
        <Nothing filtered={channel !== undefined || status !== undefined} />
      ) : (
        <ListTable
          label="Deliveries"
          heads={['How it went', 'Message', 'By', ['When', styles.right]]}
          columns={styles.deliveries}
          pages={pages}
          more="Older deliveries"
        >
          <div role="rowgroup">
            {deliveries.map((delivery) => (
              <Row
                key={delivery.number}
                delivery={delivery}
                open={delivery.number === open}
                onShow={show}
              />
            ))}
          </div>
        </ListTable>
      )}
    </>
  );
}

function Row({
  delivery,
  open,
  onShow,
}: {
  delivery: Delivery;
  open: boolean;
  onShow: (number: number | undefined) => void;
}): ReactElement {
  const { number, team, channel, status, message, people = [], address, createdAt } = delivery;
  const whom = address ?? people.join(', ');
  return (
    <>
      <div className={`${list.row} ${styles.deliveries}`} role="row">
        <div role="cell" className={`${list.cell} ${styles.state}`}>
          <StatusMark status={status} />
        </div>
        <div role="cell" className={styles.what}>
          <button
            type="button"
            className={`${list.main} ${styles.open}`}
            data-row
            aria-expanded={open}
            onClick={() => onShow(open ? undefined : number)}
          >
            {printable(message.title)}
          </button>
          <div className={list.dim}>{printable(outcomeOf(delivery))}</div>
        </div>
        <div role="cell" className={`${list.cell} ${styles.words}`}>
          {printable(channel)}
          {team === 'default' ? '' : ` of ${printable(team)}`}
          {whom !== '' && <div className={list.dim}>to {printable(whom)}</div>}
        </div>
        <div role="cell" className={`${list.cell} ${styles.right}`}>
          <Age at={createdAt} />
          <div className={list.dim}>#{number}</div>
        </div>
      </div>
      {open && (
        <div role="row" className={styles.opened}>
          <div role="cell">
            <Opened delivery={delivery} />
          </div>
        </div>
      )}
    </>
  );
}

/** One that an address leads to and that is further down. */
function Alone({ number }: { number: number }): ReactElement | null {
  const { data, error } = useQuery(deliveryQuery(number));
  if (data === undefined) return error === null ? null : <RefusalNote error={error} />;
  return (
    <section className={styles.alone} aria-label={`Delivery ${number}`}>
      <p className={styles.head}>
        <StatusMark status={data.status} /> #{number} by {printable(data.channel)}{' '}
        {printable(outcomeOf(data))}
      </p>
      <Opened delivery={data} />
    </section>
  );
}

function Opened({ delivery }: { delivery: Delivery }): ReactElement {
  const { number, status, incident, summary, channel } = delivery;
  const may = useMayAct(delivery.team);
  const cache = useQueryClient();
  const again = useMutation({
    mutationFn: async () => await retryDelivery(number),
    onSuccess: async () => await cache.invalidateQueries({ queryKey: ['deliveries'] }),
  });
  const waits = status === 'DEAD' || (status === 'PENDING' && delivery.tries > 0);
  return (
    <div className={styles.inside}>
      {channel === 'outbox' && (
        <p className={styles.hint}>
          Nothing was sent: this is what would have been, had the team a channel for it.
        </p>
      )}
      <MessageView message={delivery.message} />
      <p className={styles.links}>
        {incident !== undefined && (
          <Link to="/incidents/$number" params={{ number: String(incident) }}>
            Incident #{incident}
          </Link>
        )}
        {summary !== undefined && (
          <Link to="/admin" search={{ tab: 'deliveries', open: summary }}>
            Told by #{summary}
          </Link>
        )}
        {may && waits && (
          <Button disabled={again.isPending} onClick={() => again.mutate()}>
            Try again now
          </Button>
        )}
      </p>
      {again.isError && <RefusalNote error={again.error} />}
    </div>
  );
}

function Nothing({ filtered }: { filtered: boolean }): ReactElement {
  return filtered ? (
    <EmptyState title="No message like that">
      <Link to="/admin" search={{ tab: 'deliveries' }}>
        All deliveries
      </Link>
    </EmptyState>
  ) : (
    <EmptyState title="Nobody was told anything yet" command="millrace channel test outbox">
      What people are told of incidents and executions is kept here, with what became of it. Try it:
    </EmptyState>
  );
}
