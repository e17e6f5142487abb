/**
 * Small drawings that go with words; never alone without a name for screen readers.
 * @module
 */
import type { ReactElement } from 'react';

const PATHS = {
  pipelines: 'M2 4h4.5v3.5H2zM9.5 8.500H14V12H9.500zM4.2 7.500v2.800h5.3',
  executions: 'M2.5 4h11M2.5 8h7.500M2.5 12h9.5',
  now: 'M1.5 8.5h3l2-5.5 3 10 2-4.5h3',
  data: 'M2.500 4c0-3 11-3 11 0s-11 3-11 0v8c0 3 11 3 11 0V4M2.500 8c0 3 11 3 11 0',
  sql: 'm3 4 4 4-4 4M8.5 12H13.5',
  checks: 'M2.5 4.5 4 6l2.5-3M2.5 11 4 12.5l2.5-3M9 4.5h5M9 11h5',
  board: 'M2 2.5h5v5H2zM9.5 2.5h4.5v5H9.5zM2 9.5h5v4H2zM9.5 9.5h4.5v4H9.5z',
  logs: 'M2.5 3.500h11M2.5 6.500h7M2.5 9.500h11M2.5 12.500h5',
  alerts: 'M4 11V7.500a4 4 0 0 1 8 0V11l1.5 1.500h-11ZM6.7 14.500h2.6',
  incidents:
    'M8 1.800a3.500 3.500 0 0 1 3.500 3.500c0 2.500-1.800 3-1.800 5H6.300c0-2-1.800-2.500-1.800-5A3.500 3.500 0 0 1 8 1.800ZM6.300 13.500h3.400',
  admin: 'M2 4.500h7M13 4.500h1M2 11.500h1M7 11.500h7M11 2.800v3.400M5 9.800v3.400',
  copy: 'M5.5 5.500h8v8h-8zM10.5 5.500v-3h-8v8h3',
  check: 'm3 8.5 3.5 3.500L13 4.5',
  close: 'm3.5 3.5 9 9m0-9-9 9',
  play: 'M5 3v10l8-5z',
  stop: 'M3.5 3.500h9v9h-9z',
  redrive: 'M13.4 6.500A5.7 5.7 0 1 0 13.7 9M13.8 2.600v4h-4',
  sun: 'M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6ZM8 1v1.500M8 13.500V15M1 8h1.500M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  moon: 'M13.5 9.500A5.8 5.8 0 0 1 6.5 2.500a5.8 5.8 0 1 0 7 7Z',
  system: 'M2 3h12v8H2zM6 14h4M8 11v3',
  chevron: 'm6 3.5 4.5 4.500L6 12.5',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  fit: 'M2.5 6V2.500H6M10 2.500h3.500V6M13.5 10v3.500H10M6 13.500H2.500V10',
  warning: 'M8 2 15 14H1ZM8 6.500V10M8 12v.1',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }): ReactElement {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
