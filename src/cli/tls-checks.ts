/**
 * What `doctor` says of TLS: when the certificate expires, whether the files that lie there now can be used, and whether a server is
 * heard beyond its machine without it.
 * @module
 */
import { existsSync } from 'node:fs';
import type { Health } from '../api/health.js';
import type { ConfigFile } from './config-file.js';
import type { Check } from './task-rights.js';

const DAY_MS = 24 * 3_600_000;
/** Days before its end at which somebody should look, and at which there is no time left. */
const SOON = 30;
const AT_ONCE = 7;

const NAME = 'certificate';

/** Of a server that runs. */
export function certificateChecks(health: Pick<Health, 'certificate'> | undefined): Check[] {
  const certificate = health?.certificate;
  if (certificate === undefined) return [];
  const { expires, refused } = certificate;
  return [
    expiryCheck(Date.parse(expires)),
    ...(refused === undefined
      ? []
      : [
          {
            ...{ name: NAME, verdict: 'fail' as const },
            found: `the files that lie there now cannot be used (${refused}); the one before is still in use`,
            fix: 'millrace.log in the data folder says why. Put files of one pair there; the server takes them within a minute, or at SIGHUP.',
          },
        ]),
  ];
}

/** @param expires milliseconds since the epoch */
export function expiryCheck(expires: number, now: number = Date.now()): Check {
  const days = Math.floor((expires - now) / DAY_MS);
  const day = new Date(expires).toISOString().slice(0, 10);
  if (days >= SOON) return { name: NAME, verdict: 'ok', found: `good until ${day}` };
  const found =
    expires <= now
      ? `it has expired on ${day}`
      : `it expires on ${day}, in ${days} ${days === 1 ? 'day' : 'days'}`;
  const verdict = days < AT_ONCE ? 'fail' : 'warn';
  return { name: NAME, verdict, found, fix: 'Renew it. The server takes new files by itself.' };
}

/** Of a configuration: the pair that it names, and what it says of where the server listens. */
export async function configuredTls({ values }: ConfigFile): Promise<Check[]> {
  const one = (name: Parameters<typeof values.get>[0]): string | undefined => values.get(name)?.[0];
  const [cert, key] = [one('tls-cert'), one('tls-key')];
  const { isExposed, readPair } = await import('../server.js');
  const host = one('host') ?? '127.0.0.1';
  const trustedProxies = values.get('trusted-proxy') ?? [];
  const exposed = isExposed({ host, trustedProxies, isTls: cert !== undefined });
  const checks = exposed ? exposureChecks(host) : [];
  if ((cert === undefined) !== (key === undefined)) {
    const fix = 'Give both tls-cert and tls-key, or neither.';
    return [
      ...checks,
      { name: NAME, verdict: 'fail', found: 'one file of a pair is missing', fix },
    ];
  }
  // What is not there is told by those who look at all files.
  if (cert === undefined || key === undefined || !existsSync(cert) || !existsSync(key)) {
    return checks;
  }
  try {
    return [...checks, expiryCheck(readPair({ cert, key }, Date.now()).expires)];
  } catch (error) {
    const { message, fix } = error as Error & { fix?: string };
    const told = fix === undefined ? {} : { fix };
    return [...checks, { name: NAME, verdict: 'fail', found: message, ...told }];
  }
}

/** @param host where it listens, when that is beyond this machine and without TLS */
export function exposureChecks(host: string | undefined): Check[] {
  if (host === undefined) return [];
  return [
    {
      ...{ name: 'TLS', verdict: 'warn' },
      found: `the server listens on ${host} without TLS: tokens and data can be read on the way`,
      fix: 'Give it a certificate with --tls-cert and --tls-key, or name the proxy that ends TLS with --trusted-proxy (docs/guides/tls.md).',
    },
  ];
}
