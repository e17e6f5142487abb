/**
 * Certificates for tests of TLS, made on the fly by openssl: an authority, and what it signs.
 * @module
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files of one pair. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface PairOptions {
  /** Default: localhost and 127.0.0.1. */
  readonly names?: readonly string[];
  /** Its time, such as 20261201000000Z. Default: from a day ago for a year, whenever that is. */
  readonly from?: string;
  readonly to?: string;
}

export interface Authority {
  /** PEM file of its certificate. */
  readonly file: string;
  /** Makes a pair under a name of its own. */
  sign(name: string, options?: PairOptions): Pair;
}

const DAY_MS = 24 * 3_600_000;
const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** @param folder where its files lie; made when it is not there */
export function makeAuthority(folder: string): Authority {
  mkdirSync(folder, { recursive: true });
  const at = (name: string): string => join(folder, name);
  const file = at('authority.crt');
  openssl(
    ['req', '-x509', ...CURVE, '-keyout', at('authority.key'), '-out', file, '-days', '3650'],
    ['-subj', '/CN=authority', '-addext', 'basicConstraints=critical,CA:true'],
  );
  writeFileSync(
    at('ca.conf'),
    [
      '[ca]',
      'default_ca = own',
      '[own]',
      `database = ${at('index')}`,
      `new_certs_dir = ${folder}`,
      'default_md = sha256',
      'policy = any',
      'unique_subject = no',
      'rand_serial = yes',
      '[any]',
      'commonName = supplied',
      '',
    ].join('\n'),
  );
  writeFileSync(at('index'), '');
  return {
    file,
    sign(name, options = {}) {
      const { names = ['DNS:localhost', 'IP:127.0.0.1'] } = options;
      const pair = { cert: at(`${name}.crt`), key: at(`${name}.key`) };
      openssl(
        ['req', ...CURVE, '-keyout', pair.key, '-out', at(`${name}.csr`)],
        ['-subj', `/CN=${name}`],
      );
      writeFileSync(at(`${name}.ext`), `subjectAltName=${names.join(',')}\n`);
      openssl(
        ['ca', '-batch', '-notext', '-config', at('ca.conf'), '-cert', file],
        ['-keyfile', at('authority.key'), '-in', at(`${name}.csr`)],
        ['-out', pair.cert, '-extfile', at(`${name}.ext`)],
        ['-startdate', options.from ?? stamp(-1), '-enddate', options.to ?? stamp(365)],
      );
      chmodSync(pair.key, 0o600);
      return pair;
    },
  };
}

/** The time in so many days, as openssl writes it. */
export function stamp(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().replace(/[-:T]|\.\d+/g, '');
}

function openssl(...words: readonly (readonly string[])[]): void {
  execFileSync('openssl', words.flat(), { stdio: ['ignore', 'ignore', 'pipe'] });
}
