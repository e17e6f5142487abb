/**
 * What is around every page: navigation, live pill, theme, keys.
 * @module
 */
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { Announcer } from '../live/announcer.js';
import { LivePill } from '../live/live-pill.js';
import { Button } from '../parts/button.js';
import { EmptyState } from '../parts/empty-state.js';
import { Icon } from '../parts/icon.js';
import { HeldNotice } from './held-notice.js';
import { HelpDialog } from './help-dialog.js';
import { focusRow, useHotkeys } from './hotkeys.js';
import mark from './mark.svg';
import { useLoggedOut } from './session.js';
import styles from './shell.module.css';
import { ThemeSwitch } from './theme-switch.js';

export function Shell(): ReactElement {
  const navigate = useNavigate();
  const [help, setHelp] = useState(false);
  const loggedOut = useLoggedOut();
  const { pathname } = useLocation();
  /** Pages that lie under other addresses than the link that leads to them. */
  const belongs = (...starts: string[]): { 'aria-current'?: 'page' } =>
    starts.some((start) => pathname.startsWith(start)) ? { 'aria-current': 'page' } : {};
  useHotkeys({
    'g n': () => void navigate({ to: '/' }),
    'g p': () => void navigate({ to: '/pipelines' }),
    'g e': () => void navigate({ to: '/executions' }),
    'g d': () => void navigate({ to: '/data' }),
    'g s': () => void navigate({ to: '/sql' }),
    'g c': () => void navigate({ to: '/checks' }),
    'g b': () => void navigate({ to: '/board' }),
    'g i': () => void navigate({ to: '/incidents' }),
    'g m': () => void navigate({ to: '/admin' }),
    'g a': () => void navigate({ to: '/alerts' }),
    'g l': () => void navigate({ to: '/logs' }),
    j: () => focusRow(1),
    k: () => focusRow(-1),
    '/': () => document.querySelector<HTMLElement>('[data-filter]')?.focus(),
    '?': () => setHelp(true),
  });
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#content">
        Skip to the content
      </a>
      <header className={styles.rail}>
        <Link to="/" className={styles.brand}>
          <img src={mark} alt="" width="28" height="28" />
          Millrace
        </Link>
        <nav className={styles.nav} aria-label="Main">
          <Link
            to="/"
            className={styles.link}
            activeOptions={{ exact: true, includeSearch: false }}
          >
            <Icon name="now" /> Now
          </Link>
          <Link to="/incidents" className={styles.link} activeOptions={{ includeSearch: false }}>
            <Icon name="incidents" /> Incidents
          </Link>
          <Link to="/pipelines" className={styles.link} {...belongs('/p/')}>
            <Icon name="pipelines" /> Pipelines
          </Link>
          <Link
            to="/executions"
            className={styles.link}
            activeOptions={{ includeSearch: false }}
            {...belongs('/e/')}
          >
            <Icon name="executions" /> Executions
          </Link>
          <Link
            to="/data"
            className={styles.link}
            activeOptions={{ includeSearch: false }}
            {...belongs('/d/', '/lineage/', '/challengers')}
          >
            <Icon name="data" /> Data
          </Link>
          <Link to="/sql" className={styles.link}>
            <Icon name="sql" /> SQL
          </Link>
          <Link to="/checks" className={styles.link} activeOptions={{ includeSearch: false }}>
            <Icon name="checks" /> Checks
          </Link>
          <Link to="/board" className={styles.link} activeOptions={{ includeSearch: false }}>
            <Icon name="board" /> Board
          </Link>
          <Link to="/alerts" className={styles.link} activeOptions={{ includeSearch: false }}>
            <Icon name="alerts" /> Alerts
          </Link>
          <Link to="/logs" className={styles.link} activeOptions={{ includeSearch: false }}>
            <Icon name="logs" /> Logs
          </Link>
          <Link to="/admin" className={styles.link} activeOptions={{ includeSearch: false }}>
            <Icon name="admin" /> Admin
          </Link>
        </nav>
        <div className={styles.tools}>
          <LivePill />
          <span className={styles.buttons}>
            <ThemeSwitch />
            <Button
              look="quiet"
              aria-label="Keys and help"
              title="Keys and help"
              onClick={() => setHelp(true)}
            >
              <span className={styles.question}>?</span>
            </Button>
          </span>
        </div>
      </header>
      <main id="content" className={styles.content} tabIndex={-1}>
        <HeldNotice />
        {loggedOut ? <LoggedOut /> : <Outlet />}
      </main>
      <HelpDialog open={help} onClose={() => setHelp(false)} />
      <Announcer />
    </div>
  );
}

function LoggedOut(): ReactElement {
  return (
    <EmptyState title="You are not logged in any more" command="millrace login">
      Print a new link on the machine that runs the server, and open it in this browser.
    </EmptyState>
  );
}
