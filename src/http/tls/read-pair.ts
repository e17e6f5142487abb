/**
 * Reads a certificate and its key, and judges whether TLS can be spoken with them, before anybody does.
 * @module
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { TlsFilesError } from './tls-files-error.js';

/** Where they lie. */
export interface TlsFiles {
  /** PEM: the certificate of the server, then those of authorities between it and the root. */
  readonly cert: string;
  /** PEM: its private key, without a passphrase. */
  readonly key: string;
}

/** What people are told of a certificate. */
export interface CertificateFacts {
  /** Host names and addresses that it is for; those with `*` as they stand there. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly expires: number;
  /** SHA-256 of the certificate, in hex. */
  readonly fingerprint: string;
}

/** A pair that fits. */
export interface TlsPair extends CertificateFacts {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** The oldest that is spoken. What is older has been broken (RFC 8996). */
export const OLDEST_TLS = 'TLSv1.2';
const LARGEST = 1024 * 1024;
/** Permission of everybody, which a key must not give. */
const OTHERS = 0o007;

/**
 * @param now milliseconds since the epoch
 * @throws TlsFilesError
 * @example readPair({ cert: 'tls/server.crt', key: 'tls/server.key' }, Date.now()).names // ['millrace.example']
 */
export function readPair(files: TlsFiles, now: number): TlsPair {
  const cert = readBounded(files.cert).content;
  const { content: key, mode } = readBounded(files.key);
  if (process.platform !== 'win32' && (mode & OTHERS) !== 0) {
    throw new TlsFilesError('OpenKey', { file: files.key });
  }
  const certificate = certificateIn(cert, files.cert);
  const privateKey = keyIn(key, files.key);
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new TlsFilesError('Mismatch', { file: files.key, certificate: files.cert });
  }
  const [from, expires] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  const file = files.cert;
  if (now >= expires) throw new TlsFilesError('Expired', { file, at: timeOf(expires) });
  if (now < from) throw new TlsFilesError('NotYet', { file, at: timeOf(from) });
  try {
    // What the library has against it: a key that is too short, a digest that is too weak.
    createSecureContext({ cert, key, minVersion: OLDEST_TLS });
  } catch (error) {
    throw new TlsFilesError('Refused', { file, problem: (error as Error).message });
  }
  const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  return { cert, key, names: namesOf(certificate), expires, fingerprint };
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** Reads what was opened, so that what is judged is what is read: names may lead elsewhere a moment later. */
function readBounded(file: string): { content: Buffer; mode: number } {
  let opened: number;
  try {
    // Not waiting: a pipe that nobody writes to would hold the server.
    opened = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new TlsFilesError('Missing', { file });
    throw new TlsFilesError('Unreadable', { file, problem: message });
  }
  try {
    const { mode, size } = fstatSync(opened);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG || size > LARGEST) {
      const problem = size > LARGEST ? 'it is larger than 1 MiB' : 'it is no file';
      throw new TlsFilesError('Unreadable', { file, problem });
    }
    const content = Buffer.alloc(size);
    const read = readSync(opened, content, 0, size, 0);
    return { content: content.subarray(0, read), mode };
  } finally {
    closeSync(opened);
  }
}

function certificateIn(pem: Buffer, file: string): X509Certificate {
  try {
    if (!pem.includes('-----BEGIN CERTIFICATE-----'))
      throw new Error('no PEM text of one is in it');
    return new X509Certificate(pem);
  } catch (error) {
    throw new TlsFilesError('NoCertificate', { file, problem: (error as Error).message });
  }
}

function keyIn(pem: Buffer, file: string): ReturnType<typeof createPrivateKey> {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const problem = code === 'ERR_MISSING_PASSPHRASE' ? 'it has a passphrase' : message;
    throw new TlsFilesError('NoKey', { file, problem });
  }
}

/** Those that are told plainly; what is quoted holds signs that no name has. */
function namesOf({ subjectAltName = '' }: X509Certificate): string[] {
  return subjectAltName.split(', ').flatMap((entry) => {
    const found = /^(?:DNS|IP Address):([\w.*:-]+)$/.exec(entry);
    return found?.[1] === undefined ? [] : [found[1].toLowerCase()];
  });
}
