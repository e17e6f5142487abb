/**
 * A status: icon, word and colour; the icon alone where the word stands beside it anyway.
 * @module
 */
import type { ReactElement, ReactNode } from 'react';
import { type Status, statusTone, statusWord } from './status.js';
import styles from './status-mark.module.css';

/** Drawn on 16 × 16; the outlines differ, so that they can be told apart without colour. */
const SHAPES: { [word: string]: ReactNode } = {
  succeeded: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="m4.8 8.3 2.2 2.2 4.2-4.6" className={styles.cut} />
    </>
  ),
  failed: (
    <>
      <path
        d="M8 .6 15.4 8 8 15.4.6 8Z"
        fill="currentColor"
        stroke="currentColor"
        strokeLinejoin="round"
      />
      <path d="m5.7 5.7 4.6 4.6m0-4.6-4.6 4.6" className={styles.cut} />
    </>
  ),
  'timed out': (
    <path
      d="M3.5 1.5h9M3.5 14.5h9M4.5 1.5c0 4 3.5 4.5 3.5 6.5s-3.5 2.5-3.5 6.5m7-13c0 4-3.5 4.5-3.5 6.5s3.5 2.5 3.5 6.5"
      className={styles.stroke}
    />
  ),
  running: (
    <>
      <circle cx="8" cy="8" r="6" className={styles.track} />
      <path d="M8 2a6 6 0 0 1 6 6" className={styles.spin} />
    </>
  ),
  waiting: (
    <>
      <circle cx="8" cy="8" r="6" className={styles.stroke} />
      <path d="M8 4.6V8l2.3 1.6" className={styles.stroke} />
    </>
  ),
  retrying: <path d="M13.4 6.5A5.7 5.7 0 1 0 13.7 9M13.8 2.6v4h-4" className={styles.stroke} />,
  caught: (
    <path d="M2 4.5h7a4 4 0 0 1 0 8H4.5m2.6-2.8L4.2 12.5l2.9 2.8" className={styles.stroke} />
  ),
  OK: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="m4.8 8.3 2.2 2.2 4.2-4.6" className={styles.cut} />
    </>
  ),
  warning: (
    <>
      <path
        d="M8 1.4 15.2 14H.8Z"
        fill="currentColor"
        stroke="currentColor"
        strokeLinejoin="round"
      />
      <path d="M8 6v3.6m0 2.5v.1" className={styles.cut} />
    </>
  ),
  critical: (
    <>
      <path
        d="M8 .6 15.4 8 8 15.4.6 8Z"
        fill="currentColor"
        stroke="currentColor"
        strokeLinejoin="round"
      />
      <path d="m5.7 5.7 4.6 4.6m0-4.6-4.6 4.6" className={styles.cut} />
    </>
  ),
  missing: (
    <>
      <rect x="1.8" y="1.8" width="12.4" height="12.4" rx="1.5" className={styles.dashed} />
      <path d="M6 6.2a2 2 0 1 1 2.9 1.9c-.6.3-.9.6-.9 1.2m0 2.4v.1" className={styles.stroke} />
    </>
  ),
  'no data': (
    <>
      <rect x="1.8" y="1.8" width="12.4" height="12.4" rx="1.5" className={styles.dashed} />
      <path d="M5.5 8h5" className={styles.stroke} />
    </>
  ),
  late: (
    <>
      <path d="M4 1.8h8M4 14.2h8" className={styles.stroke} />
      <path
        d="M4.8 2c0 4 3.2 4.2 3.2 6s-3.2 2-3.2 6h6.4c0-4-3.2-4.2-3.2-6s3.2-2 3.2-6Z"
        fill="currentColor"
      />
    </>
  ),
  'arrived late': (
    <>
      <circle cx="8" cy="8" r="6.4" className={styles.stroke} />
      <path d="m4.8 8.3 2.2 2.2 4.2-4.6" className={styles.stroke} />
    </>
  ),
  'as expected': (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="m4.8 8.3 2.2 2.2 4.2-4.6" className={styles.cut} />
    </>
  ),
  due: (
    <>
      <circle cx="8" cy="8" r="6" className={styles.stroke} />
      <path d="M8 4.6V8l2.3 1.6" className={styles.stroke} />
    </>
  ),
  open: (
    <>
      <circle cx="8" cy="8" r="6.4" className={styles.stroke} />
      <path d="M8 4.6v4.2m0 2.5v.1" className={styles.stroke} />
    </>
  ),
  acknowledged: (
    <>
      <circle cx="8" cy="5.2" r="3" className={styles.stroke} />
      <path
        d="M2.5 14c.6-3 2.700-4.400 5.500-4.400s4.900 1.400 5.500 4.400"
        className={styles.stroke}
      />
    </>
  ),
  resolved: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="m4.8 8.3 2.2 2.2 4.2-4.6" className={styles.cut} />
    </>
  ),
  'not yet sent': (
    <>
      <circle cx="8" cy="8" r="6" className={styles.stroke} />
      <path d="M8 4.6V8l2.3 1.6" className={styles.stroke} />
    </>
  ),
  delivered: <path d="m2.5 8.5 3.500 3.500L13.500 4" className={styles.stroke} />,
  'told with others': <path d="M3 4.500h10M3 8h10M3 11.500h6" className={styles.stroke} />,
  'given up': <path d="m3.500 3.500 9 9m0-9-9 9" className={styles.stroke} />,
  working: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="m4.8 8.3 2.2 2.2 4.2-4.6" className={styles.cut} />
    </>
  ),
  failing: (
    <>
      <path
        d="M8 .6 15.4 8 8 15.4.6 8Z"
        fill="currentColor"
        stroke="currentColor"
        strokeLinejoin="round"
      />
      <path d="m5.7 5.7 4.6 4.6m0-4.6-4.6 4.6" className={styles.cut} />
    </>
  ),
  'never used': <circle cx="8" cy="8" r="6" className={styles.dashed} />,
  won: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="m4.8 8.3 2.2 2.2 4.2-4.6" className={styles.cut} />
    </>
  ),
  lost: (
    <>
      <path
        d="M8 .6 15.4 8 8 15.4.6 8Z"
        fill="currentColor"
        stroke="currentColor"
        strokeLinejoin="round"
      />
      <path d="m5.7 5.7 4.6 4.6m0-4.6-4.6 4.6" className={styles.cut} />
    </>
  ),
  undecided: (
    <>
      <circle cx="8" cy="8" r="6.4" className={styles.stroke} />
      <path
        d="M6.2 6.2a1.9 1.900 0 1 1 2.700 1.800c-.6.3-.9.6-.9 1.200m0 2v.1"
        className={styles.stroke}
      />
    </>
  ),
  comparing: (
    <>
      <circle cx="8" cy="8" r="6" className={styles.track} />
      <path d="M8 2a6 6 0 0 1 6 6" className={styles.spin} />
    </>
  ),
  compared: <path d="m2.5 8.5 3.500 3.500L13.500 4" className={styles.stroke} />,
  'being promoted': (
    <>
      <circle cx="8" cy="8" r="6" className={styles.track} />
      <path d="M8 2a6 6 0 0 1 6 6" className={styles.spin} />
    </>
  ),
  ended: <rect x="2" y="2" width="12" height="12" rx="2.5" fill="currentColor" />,
  foreseen: <path d="M1.5 12.5 6 8l3 3 5.5-6.5M10.5 4.2h4.2v4.2" className={styles.stroke} />,
  unknown: <circle cx="8" cy="8" r="6" className={styles.dashed} />,
  stopped: <rect x="2" y="2" width="12" height="12" rx="2.5" fill="currentColor" />,
};

export function StatusIcon({ status, size = 16 }: { status: Status; size?: number }): ReactElement {
  return (
    <svg
      className={styles.icon}
      data-tone={statusTone(status)}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
    >
      {SHAPES[statusWord(status)]}
    </svg>
  );
}

export function StatusMark({ status }: { status: Status }): ReactElement {
  return (
    <span className={styles.mark} data-tone={statusTone(status)}>
      <StatusIcon status={status} />
      {statusWord(status)}
    </span>
  );
}
