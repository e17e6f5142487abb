/**
 * TLS of a server: the pair that it speaks with, and how it takes a new one while connections stay open.
 *
 *     files ─▶ judged ─▶ in use
 *                          │  every minute, if one of the files is another; at SIGHUP anyway
 *                          ├─▶ judged, and good: new connections get it, those that are open keep what they have
 *                          └─▶ judged, and not: the one in use stays, and the problem is told until it is gone
 *
 * The two files are renewed one after the other, so a pair that does not fit may be one of a moment: it is looked at again with the
 * next change, like any other.
 * @module
 */
import { statSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import https from 'node:https';
import { boundHandshakes, HANDSHAKE_MS } from './bounded-handshakes.js';
import {
  type CertificateFacts,
  OLDEST_TLS,
  readPair,
  type TlsFiles,
  type TlsPair,
} from './read-pair.js';
import { TlsFilesError } from './tls-files-error.js';

/** What is told of the certificate in use. */
export interface TlsState extends CertificateFacts {
  /** Why the files that lie there now are not used; undefined: they are. Holds names of files. */
  readonly problem: TlsFilesError | undefined;
}

/** What came of a look at the files. */
export type TlsLook = 'same' | 'renewed' | 'refused';

export interface TlsDesk {
  state(): TlsState;
  /** SHA-256 of the certificate in use, and of the one before it: one that was read a moment ago may still be shown. */
  fingerprints(): readonly string[];
  /** Calls back before a new pair is used, with the fingerprints. */
  onRenewed(listener: (fingerprints: readonly string[]) => void): void;
  /** A server that speaks TLS, and that gets every later pair. It does not listen yet. */
  createServer(listener: RequestListener): https.Server;
  /** Reads the files again. */
  look(): TlsLook;
  /** Handshakes that are under way. */
  handshakes(): number;
  close(): void;
}

export interface TlsDeskOptions {
  readonly files: TlsFiles;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Milliseconds of a handshake. Default: `HANDSHAKE_MS`. */
  readonly handshakeMs?: number;
  /** Told of each look that found other files. */
  onLook(look: TlsLook, state: TlsState): void;
}

/** Milliseconds from look to look. */
const BETWEEN_LOOKS = 60_000;

/**
 * @throws TlsFilesError when TLS cannot be spoken with the files
 * @example const tls = openTls({ files, now: Date.now, onLook }); tls.createServer(listener).listen(443);
 */
export function openTls({
  files,
  now,
  handshakeMs: handshakeTimeout = HANDSHAKE_MS,
  onLook,
}: TlsDeskOptions): TlsDesk {
  let seen = signOf(files);
  let pair = readPair(files, now());
  let before: string[] = [];
  let problem: TlsFilesError | undefined;
  const listeners = new Set<(fingerprints: readonly string[]) => void>();
  const servers = new Set<https.Server>();
  const counts = new Set<() => number>();

  function state(): TlsState {
    const { names, expires, fingerprint } = pair;
    return { names, expires, fingerprint, problem };
  }

  const fingerprints = (): string[] => [pair.fingerprint, ...before];

  function look(): TlsLook {
    seen = signOf(files);
    let found: TlsPair;
    try {
      found = readPair(files, now());
    } catch (error) {
      if (!(error instanceof TlsFilesError)) throw error;
      problem = error;
      onLook('refused', state());
      return 'refused';
    }
    problem = undefined;
    if (found.fingerprint === pair.fingerprint && found.cert.equals(pair.cert)) return 'same';
    before = [pair.fingerprint];
    pair = found;
    for (const listener of listeners) listener(fingerprints());
    for (const server of servers) server.setSecureContext(contextOf(pair));
    onLook('renewed', state());
    return 'renewed';
  }

  const timer = setInterval(() => {
    if (signOf(files) !== seen) look();
  }, BETWEEN_LOOKS);
  timer.unref();

  return {
    state,
    fingerprints,
    onRenewed: (listener) => void listeners.add(listener),
    look,
    createServer(listener) {
      const server = https.createServer({ ...contextOf(pair), handshakeTimeout }, listener);
      const count = boundHandshakes(server);
      servers.add(server);
      counts.add(count);
      server.once('close', () => {
        servers.delete(server);
        counts.delete(count);
      });
      return server;
    },
    handshakes: () => [...counts].reduce((sum, count) => sum + count(), 0),
    close: () => clearInterval(timer),
  };
}

function contextOf({ cert, key }: TlsPair): {
  cert: Buffer;
  key: Buffer;
  minVersion: typeof OLDEST_TLS;
} {
  return { cert, key, minVersion: OLDEST_TLS };
}

/** What changes when one of the files does. */
function signOf({ cert, key }: TlsFiles): string {
  return [cert, key]
    .map((file) => {
      const found = statSync(file, { throwIfNoEntry: false });
      return found === undefined
        ? ''
        : `${found.ino} ${found.size} ${found.mode} ${found.mtimeMs} ${found.ctimeMs}`;
    })
    .join('\n');
}
