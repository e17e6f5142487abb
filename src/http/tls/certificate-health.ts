/**
 * What a server says of its certificate to whoever asks how it is: anybody may, so no name of a file is in it.
 * @module
 */
import type { Health } from '../../api/health.js';
import type { TlsDesk } from './tls-desk.js';

const DAY_MS = 24 * 3_600_000;
/** Days before its end from which on the server says that something is wrong; `doctor` tells sooner. */
const SOON = 7;

/** Its member of the answer. */
export function certificateOf(
  tls: Pick<TlsDesk, 'state'> | undefined,
): Pick<Health, 'certificate'> {
  if (tls === undefined) return {};
  const { expires, problem } = tls.state();
  return {
    certificate: {
      expires: new Date(expires).toISOString(),
      ...(problem === undefined ? {} : { refused: problem.code }),
    },
  };
}

/**
 * What is wrong with it, in words.
 * @param now milliseconds since the epoch
 */
export function certificateTroubles(
  tls: Pick<TlsDesk, 'state'> | undefined,
  now: number,
): string[] {
  if (tls === undefined) return [];
  const { expires, problem } = tls.state();
  const days = Math.floor((expires - now) / DAY_MS);
  return [
    ...(expires <= now
      ? ['certificate: it has expired']
      : days < SOON
        ? [`certificate: it expires in ${days} ${days === 1 ? 'day' : 'days'}`]
        : []),
    ...(problem === undefined
      ? []
      : [`certificate: the files that lie there now cannot be used (${problem.code})`]),
  ];
}
