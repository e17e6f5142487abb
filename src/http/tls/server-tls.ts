/**
 * TLS as a server has it: what its log is told, and under which address it is asked.
 * @module
 */
import { isIP } from 'node:net';
import { isLoopback } from './exposure.js';
import type { CertificateFacts, TlsFiles } from './read-pair.js';
import { openTls, type TlsDesk } from './tls-desk.js';

/** Where a server writes lines for people. */
export interface TlsLog {
  info(values: object, text: string): void;
  warn(values: object, text: string): void;
}

/**
 * @param files undefined: the server speaks no TLS
 * @throws TlsFilesError
 */
export function serverTls(files: TlsFiles | undefined, log: TlsLog): TlsDesk | undefined {
  if (files === undefined) return undefined;
  return openTls({
    files,
    now: Date.now,
    onLook(look, { expires, problem }) {
      if (look === 'refused') {
        log.warn(
          { problem: problem?.message, code: problem?.code, fix: problem?.fix },
          'the certificate that lies there now cannot be used; the one before stays in use',
        );
      } else {
        log.info({ expires: new Date(expires).toISOString() }, 'a new certificate is in use');
      }
    },
  });
}

/** Whether a certificate is for a host, by RFC 6125: `*` stands for one label. */
export function isFor({ names }: Pick<CertificateFacts, 'names'>, host: string): boolean {
  const wanted = host.toLowerCase();
  const [, ...rest] = wanted.split('.');
  const wild = isIP(wanted) === 0 && rest.length > 1 ? `*.${rest.join('.')}` : wanted;
  return names.includes(wanted) || names.includes(wild);
}

/**
 * The address of a server: with TLS under a name that its certificate is for, if there is one.
 * @param host where it listens, or what leads there
 * @example addressOf('localhost', 7350, { names: ['millrace.example'] }) // 'https://millrace.example:7350'
 */
export function addressOf(
  host: string,
  port: number,
  certificate: Pick<CertificateFacts, 'names'> | undefined,
): string {
  const named = certificate?.names.find(isHostName);
  const name =
    certificate === undefined || isFor(certificate, host) || named === undefined ? host : named;
  const shown = name.includes(':') ? `[${name}]` : name;
  return `${certificate === undefined ? 'http' : 'https'}://${shown}:${port}`;
}

/** The name of a server that listens on all addresses: one by which others know it, if its certificate tells one. */
export function shownName(certificate: Pick<CertificateFacts, 'names'> | undefined): string {
  return certificate?.names.find((name) => isHostName(name) && !isLoopback(name)) ?? 'localhost';
}

/** A name that stands for itself. */
function isHostName(name: string): boolean {
  return isIP(name) === 0 && !name.includes('*');
}
