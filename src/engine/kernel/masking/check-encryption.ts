/**
 * Whether the sealing key is the one that the store was written with.
 *
 * A value that is known lies sealed among the settings. When it cannot be opened, seal.key was lost (and made anew) or
 * replaced: nothing is damaged, but what is sealed cannot be read until the old key is back. Whoever does without it makes
 * the secrets anew; once none is left that cannot be read, the new key is the right one.
 * @module
 */
import { isObject, type Json } from '../../../asl/json.js';
import type { Store } from '../../../store/store.js';
import type { Seal } from './encryption.js';

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
 * @example if (!(await checkSeal(store, seal)).fits) log.error('seal.key is another one')
 */
export async function checkSeal(store: Store, seal: Seal): Promise<SealCheck> {
  const { isNoted, ...check } = await tryKey(store, seal);
  // Executions may still hold what an older key has sealed: said once.
  if (check.unreadable.length === 0 && !isNoted) {
    await store.writeSetting(SETTING, seal.close(KNOWN));
  }
  return check;
}

/** What must be read to know whether a key fits. */
export type SealedThings = Pick<Store, 'readSetting' | 'listAccessKeys' | 'listDeclarations'>;

/**
 * Looks and writes nothing.
 * @param seal undefined: the file of the key is not there; a new one, made at the next start, would not fit
 */
export async function lookAtSeal(store: SealedThings, seal: Seal | undefined): Promise<SealCheck> {
  if (seal === undefined) {
    const isSealed = (await store.readSetting(SETTING)) !== undefined;
    return { fits: !isSealed, unreadable: [] };
  }
  const { isNoted: _, ...check } = await tryKey(store, seal);
  return check;
}

async function tryKey(store: SealedThings, seal: Seal): Promise<SealCheck & { isNoted: boolean }> {
  const kept = await store.readSetting(SETTING);
  const isNoted = typeof kept === 'string' && opens(seal, kept);
  const unreadable = await unreadableSecrets(store, seal);
  return { fits: unreadable.length === 0 && (isNoted || kept === undefined), unreadable, isNoted };
}

async function unreadableSecrets(store: SealedThings, seal: Seal): Promise<string[]> {
  const found: string[] = [];
  for (const { id, secret } of await store.listAccessKeys()) {
    if (!opens(seal, secret)) found.push(`access key ${id}`);
  }
  for (const { name, record } of await store.listDeclarations('webhook')) {
    const secrets = Array.isArray(record.secrets) ? record.secrets : [];
    if (secrets.some((one) => !opens(seal, sealedOf(one)))) found.push(`webhook ${name}`);
  }
  for (const { name, record } of await store.listDeclarations('event-connection')) {
    if (!opens(seal, sealedOf(record))) found.push(`connection ${name}`);
  }
  return found.slice(0, MOST_NAMED);
}

function sealedOf(record: Json): string | undefined {
  return isObject(record) && typeof record.sealed === 'string' ? record.sealed : undefined;
}

/** True also for what is not sealed at all: a connection that was forgotten. */
function opens(seal: Seal, sealed: string | undefined): boolean {
  if (sealed === undefined || sealed === '') return true;
  try {
    seal.open(sealed);
    return true;
  } catch {
    return false;
  }
}
