/**
 * Whether the sealing key is the one that the store was written with.
 *
 * A value that is known lies sealed among the settings. When it cannot be opened, seal.key was lost (and made anew) or
 * replaced: nothing is damaged, but what is sealed cannot be read until the old key is back. Whoever does without it makes
 * the secrets anew; once none is left that cannot be read, the new key is the right one.
 * @module
 */
import type { Store } from '../../../store/store.js';
import type { Encryption } from './encryption.js';

export interface SealCheck {
  fits: boolean;
  /** What cannot be read: `access key AKIA…`, `webhook orders`, `connection partner`; the first hundred. */
  unreadable: string[];
}

const SETTING = 'seal';
const KNOWN = 'millrace';
const MOST_NAMED = 100;

/**
 * Looks, and notes the key when the store has none yet or nothing is left of an older one.
 * @example if (!(await checkEncryption(store, seal)).fits) log.error('seal.key is another one')
 */
export async function checkEncryption(store: Store, seal: Encryption): Promise<SealCheck> {
  const { isNoted, ...check } = await tryKey(store, seal);
  // Executions may still hold what an older key has sealed: said once.
  if (check.unreadable.length === 0 && !isNoted) {
    await store.writeSetting(SETTING, seal.close(KNOWN));
  }
  return check;
}

/** What must be read to know whether a key fits. */
export type SealedThings = Pick<Store, 'readSetting' | 'listAccessKeys' | 'listOwnSealings'>;

/**
 * Looks and writes nothing.
 * @param seal undefined: the file of the key is not there; a new one, made at the next start, would not fit
 */
export async function lookAtSeal(
  store: SealedThings,
  seal: Encryption | undefined,
): Promise<SealCheck> {
  if (seal === undefined) {
    const isSealed = (await store.readSetting(SETTING)) !== undefined;
    return { fits: !isSealed, unreadable: [] };
  }
  const { isNoted: _, ...check } = await tryKey(store, seal);
  return check;
}

async function tryKey(
  store: SealedThings,
  seal: Encryption,
): Promise<SealCheck & { isNoted: boolean }> {
  const kept = await store.readSetting(SETTING);
  const isNoted = typeof kept === 'string' && opens(seal, kept);
  const unreadable = await unreadableSecrets(store, seal);
  return { fits: unreadable.length === 0 && (isNoted || kept === undefined), unreadable, isNoted };
}

async function unreadableSecrets(store: SealedThings, seal: Encryption): Promise<string[]> {
  const found: string[] = [];
  for (const { id, secret } of await store.listAccessKeys()) {
    if (!opens(seal, secret)) found.push(`access key ${id}`);
  }
  for (const { what, sealed } of await store.listOwnSealings()) {
    if (sealed.some((one) => !opens(seal, one))) found.push(what);
  }
  return found.slice(0, MOST_NAMED);
}

/** True also for what is not sealed at all: a connection that was forgotten. */
function opens(seal: Encryption, sealed: string): boolean {
  if (sealed === '') return true;
  try {
    seal.open(sealed);
    return true;
  } catch {
    return false;
  }
}
