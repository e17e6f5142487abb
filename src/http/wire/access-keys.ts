/**
 * Access keys: what clients of the wire API sign with. Millrace issues them, each for one team.
 *
 * A signature can only be verified with the secret itself, so it cannot be hashed like a token. It lies sealed
 * (AES-256-GCM) in the store, under a key in a file of its own in the data folder, and is shown once: when it is made.
 * @module
 */
import { randomBytes, randomInt } from 'node:crypto';
import type { Encryption } from '../../engine/kernel/masking/encryption.js';
import { ROLES, type Role } from '../../engine/kernel/roles.js';
import { EVERYTHING, type Scope, sees } from '../../engine/kernel/scope.js';
import type { SecretRegistry } from '../../secrets/secret-registry.js';
import type { AccessKeyRecord, Store } from '../../store/store.js';
import { type Caller, callerOf } from './caller.js';
import { credentialOf, type SignedRequest, verifySignature } from './signature.js';
import { WireError } from './wire-error.js';

export interface IssuedKey {
  accessKeyId: string;
  secretAccessKey: string;
}

export type AccessKeySummary = Omit<AccessKeyRecord, 'secret' | 'role'> & { role: Role };

export interface AccessKeys {
  /** The secret is in the answer and nowhere else in readable form. */
  issue(options: { team: string; role: Role; label: string }): Promise<IssuedKey>;
  list(scope: Scope): Promise<AccessKeySummary[]>;
  /** True when there was one that the scope sees. */
  revoke(scope: Scope, accessKeyId: string): Promise<boolean>;
  /** Answers who signed the request. @throws WireError */
  identify(request: SignedRequest): Promise<Caller>;
}

export interface AccessKeyOptions {
  store: Store;
  /** Under which the secrets lie in the store. */
  seal: Encryption;
  /** Is told every secret that is seen here. */
  secrets?: SecretRegistry;
  now: () => number;
  /** Takes every key, without looking at signatures: for development. */
  acceptAnyKey: boolean;
}

/** Whose things a key makes that nobody issued, in development. */
const DEVELOPMENT_TEAM = 'default';
const REMEMBERED_MS = 5_000;
const MAX_REMEMBERED = 1_000;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** What is no role may nothing but read. */
function roleOf(role: string): Role {
  return ROLES.find((one) => one === role) ?? 'viewer';
}

/** @example const keys = createAccessKeys({ store, seal, now: Date.now, acceptAnyKey: false }) */
export function createAccessKeys(options: AccessKeyOptions): AccessKeys {
  const { store, now, acceptAnyKey, seal, secrets } = options;
  const known = new Map<string, { key: AccessKeyRecord; secret: string; until: number }>();

  async function find(id: string): Promise<{ key: AccessKeyRecord; secret: string } | undefined> {
    const remembered = known.get(id);
    if (remembered !== undefined && remembered.until > now()) return remembered;
    known.delete(id);
    const key = await store.findAccessKey(id);
    if (key === undefined) return undefined;
    if (known.size >= MAX_REMEMBERED) known.clear();
    const found = { key, secret: opened(key), until: now() + REMEMBERED_MS };
    known.set(id, found);
    return found;
  }

  function opened({ id, secret }: AccessKeyRecord): string {
    try {
      const text = seal.open(secret);
      secrets?.declare(text);
      return text;
    } catch {
      // AWS knows no such case; this is the one that makes its clients stop instead of trying again.
      throw new WireError(
        'UnrecognizedClientException',
        `The secret of the access key ${id} was sealed under another key: seal.key in the data folder of Millrace was lost or replaced. Put it back from a backup, or issue a new access key (MILL3024).`,
      );
    }
  }

  return {
    async issue({ team, role, label }) {
      // The form of AWS's own, which some clients check.
      const id = Array.from({ length: 16 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
      const issued = {
        accessKeyId: `AKIA${id}`,
        secretAccessKey: randomBytes(30).toString('base64'),
      };
      secrets?.declare(issued.secretAccessKey);
      await store.insertAccessKey({
        id: issued.accessKeyId,
        team,
        role,
        label,
        secret: seal.close(issued.secretAccessKey),
        createdAt: now(),
      });
      return issued;
    },
    async list(scope) {
      const keys = (await store.listAccessKeys()).filter(({ team }) => sees(scope, team));
      return keys.map(({ secret: _, role, ...summary }) => ({ ...summary, role: roleOf(role) }));
    },
    async revoke(scope, id) {
      const key = await store.findAccessKey(id);
      if (key === undefined || !sees(scope, key.team)) return false;
      known.delete(id);
      return store.deleteAccessKey(id);
    },
    async identify(request) {
      const credential = credentialOf(request);
      const accessKeyId = credential.accessKeyId;
      const found = await find(accessKeyId);
      if (found === undefined) {
        if (acceptAnyKey) {
          return callerOf({ accessKeyId, team: DEVELOPMENT_TEAM, role: 'admin' }, EVERYTHING);
        }
        throw new WireError(
          'UnrecognizedClientException',
          'The security token included in the request is invalid.',
        );
      }
      verifySignature(request, credential, found.secret, now());
      const { team, role } = found.key;
      return callerOf({ accessKeyId, team, role: roleOf(role) });
    },
  };
}
