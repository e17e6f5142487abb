/**
 * `/admin`: how what Millrace says reaches people, what is silenced, which workers there are, who gets in, and how the server itself is.
 * @module
 */
import { Link, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useWatch } from '../live/live.js';
import { PageHead, useTitle } from '../parts/page-head.js';
import tabs from '../parts/tabs.module.css';
import { useIsAdministrator } from '../shell/may.js';
import { type AdminTab, TABS } from './admin-search.js';
import { ChannelList } from './channel-list.js';
import { DeliveryList } from './delivery-list.js';
import { HealthPanel } from './health-panel.js';
import { SilenceList } from './silence-list.js';
import { TokenList } from './token-list.js';
import { WorkerList } from './worker-list.js';

const TITLES: { [tab in AdminTab]: string } = {
  channels: 'Channels',
  deliveries: 'Deliveries',
  silences: 'Silences',
  workers: 'Workers',
  tokens: 'Tokens',
  health: 'Health',
};

export function AdminPage(): ReactElement {
  const search = useSearch({ from: '/admin' });
  const tab = search.tab ?? 'channels';
  useTitle(TITLES[tab]);
  useWatch(undefined);
  const administers = useIsAdministrator();
  const shown = TABS.filter((one) => one !== 'tokens' || administers || tab === 'tokens');
  return (
    <>
      <PageHead title="Admin" />
      <nav className={tabs.tabs} aria-label="What is administered">
        {shown.map((one) => (
          <Link
            key={one}
            to="/admin"
            search={one === 'channels' ? {} : { tab: one }}
            className={tabs.tab}
            activeProps={{}}
            aria-current={one === tab ? 'page' : undefined}
            data-current={one === tab}
          >
            {TITLES[one]}
          </Link>
        ))}
      </nav>
      {tab === 'channels' && <ChannelList />}
      {tab === 'deliveries' && <DeliveryList search={search} />}
      {tab === 'silences' && <SilenceList />}
      {tab === 'workers' && <WorkerList />}
      {tab === 'tokens' && <TokenList />}
      {tab === 'health' && <HealthPanel />}
    </>
  );
}
