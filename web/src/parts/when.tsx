/**
 * Times and durations on a page.
 * @module
 */
import type { ReactElement, ReactNode } from 'react';
import { formatAge, formatDuration } from '../format/duration.js';
import { formatMoment, formatTime, formatUtc } from '../format/time.js';
import { useNow } from '../live/now.js';

/** Date, time and zone; UTC on hover. */
export function When({ at }: { at: number }): ReactElement {
  return (
    <time dateTime={new Date(at).toISOString()} title={formatUtc(at)}>
      {formatTime(at)}
    </time>
  );
}

/** How long ago; date and time in both zones on hover. */
export function Age({ at }: { at: number }): ReactElement {
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={`${formatTime(at)}\n${formatUtc(at)}`}>
      {formatAge(now - at)}
    </time>
  );
}

/** How long something took, or takes so far. */
export function Elapsed({ from, to }: { from: number; to: number | undefined }): ReactNode {
  const now = useNow(to === undefined);
  return formatDuration(Math.max(0, (to ?? now) - from));
}

/** A due moment as the clock of its zone shows it, with the zone; browser's zone and UTC on hover. */
export function Due({ at, zone }: { at: number; zone: string | undefined }): ReactElement {
  return (
    <time dateTime={new Date(at).toISOString()} title={`${formatTime(at)}\n${formatUtc(at)}`}>
      {formatMoment(at, zone)}
    </time>
  );
}
