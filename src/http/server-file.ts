/**
 * The file that a running server leaves in its data folder for the commands of this machine: where it is, and a token of their own. It is
 * its owner's alone, and goes with the server.
 * @module
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { Store } from '../store/store.js';
import { hashOf } from './auth.js';

/** What it says; `cli/client.ts` reads it. */
export interface ServerFileContent {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  /** The user that tasks run as, when it is not the server's own. */
  readonly taskUser: string | undefined;
  /** Where the records lie, in words; absent: in the data folder. */
  readonly records: string | undefined;
  /** Where it listens, when others can read on the way what is sent there. */
  readonly exposed: string | undefined;
  /**
   * The server speaks TLS: where it is from this machine, and the SHA-256 of certificates that it may show. So commands beside it need
   * neither a name that leads here nor an authority that they trust.
   */
  readonly tls: { readonly host: string; readonly fingerprints: readonly string[] } | undefined;
}

/** Writes it, whole or not at all. */
export function writeServerFile(file: string, content: ServerFileContent): void {
  const half = `${file}.new`;
  rmSync(half, { force: true });
  writeFileSync(half, JSON.stringify(content), { mode: 0o600 });
  renameSync(half, file);
}

/** Ends the token in a server file, also the one that a killed server has left. */
export async function forgetServerFile(file: string, store: Store): Promise<void> {
  try {
    const { token } = JSON.parse(readFileSync(file, 'utf8')) as { token: string };
    await store.deleteToken(hashOf(token));
  } catch {
    // There is none, or it was cut off while it was written: no token of it is known to anybody.
  }
  rmSync(file, { force: true });
}
