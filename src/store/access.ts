/**
 * Tables `tokens` (logins, sessions, API tokens; only hashes) and `settings` (small values by key).
 * @module
 */
import type { Json } from '../asl/json.js';
import { fromJson, integer, optional, text, toJson } from './columns.js';
import type { Driver, Row } from './driver.js';
import type { SynchronousStore, TokenRecord } from './store.js';

type AccessQueries = Pick<
  SynchronousStore,
  | 'insertToken'
  | 'findToken'
  | 'listTokens'
  | 'deleteToken'
  | 'deleteExpiredTokens'
  | 'readSetting'
  | 'writeSetting'
>;

export function accessQueries(driver: Driver): AccessQueries {
  const insert = driver.prepare(
    `INSERT INTO tokens (hash, kind, label, teams, role, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  );
  const byHash = driver.prepare('SELECT * FROM tokens WHERE hash = ?');
  const all = driver.prepare('SELECT * FROM tokens ORDER BY created_at, hash');
  const remove = driver.prepare('DELETE FROM tokens WHERE hash = ?');
  const expire = driver.prepare('DELETE FROM tokens WHERE expires_at <= ?');
  const readSetting = driver.prepare('SELECT value FROM settings WHERE key = ?');
  const writeSetting = driver.prepare(
    `INSERT INTO settings (key, value) VALUES (?, ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  );

  return {
    insertToken(token) {
      insert.run(
        token.hash,
        token.kind,
        token.label,
        toJson(token.teams),
        token.role,
        token.createdAt,
        token.expiresAt ?? null,
      );
    },
    findToken(hash) {
      const row = byHash.get(hash);
      return row && toToken(row);
    },
    listTokens: () => all.all().map(toToken),
    deleteToken: (hash) => remove.run(hash) === 1,
    deleteExpiredTokens: (at) => void expire.run(at),
    readSetting(key) {
      const row = readSetting.get(key);
      return row && fromJson<Json>(row.value);
    },
    writeSetting: (key, value) => void writeSetting.run(key, toJson(value)),
  };
}

function toToken(row: Row): TokenRecord {
  return {
    hash: text(row, 'hash'),
    kind: text(row, 'kind') as TokenRecord['kind'],
    label: text(row, 'label'),
    teams: fromJson<string[]>(row.teams),
    role: text(row, 'role'),
    createdAt: integer(row, 'created_at'),
    ...optional(row, 'expires_at', 'expiresAt', Number),
  };
}
