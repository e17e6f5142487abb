/**
 * What the bus tells of challengers: source `millrace.challengers`, on the default bus of their team.
 * @module
 */
import type { NewEvent } from '../../kernel/bus-event.js';
import type { ChallengeRow } from './challenger-tables.js';

/** What has become of a challenge. */
export type ChallengeChange = 'Challenge Ended' | 'Challenger Promoted';

/** @example challengeEvent('Challenge Ended', row, Date.now()) */
export function challengeEvent(change: ChallengeChange, row: ChallengeRow, at: number): NewEvent {
  const { number, team, pipeline, verdict, reason, won, lost, undecided } = row;
  const { championVersion, candidateVersion, promotedVersion } = row;
  return {
    id: `challenge-${number}-${change === 'Challenge Ended' ? 'ended' : 'promoted'}`,
    source: 'millrace.challengers',
    detailType: change,
    time: `${new Date(at).toISOString().slice(0, 19)}Z`,
    resources: [],
    detail: {
      ...{ challenge: number, team, pipeline, won, lost, undecided },
      ...{ championVersion, candidateVersion },
      ...(verdict === undefined ? {} : { verdict }),
      ...(reason === undefined ? {} : { reason }),
      ...(promotedVersion === undefined ? {} : { promotedVersion }),
    },
  };
}
