/**
 * Tables `tokens` (logins, sessions, API tokens; only hashes) and `settings` (small values by key).
 * @module
 */
import type { Json } from '../asl/json.js';
import { fromJson, fromText, integer, optional, text, toJson, toText } from './columns.js';
import type { Row } from './driver.js';
import { all, one, type Plans, tell } from './plan.js';
import type { TokenRecord } from './store.js';

export const accessReads: Plans<'findToken' | 'listTokens' | 'readSetting'> = {
  *findToken(hash) {
    const [row] = yield one('SELECT * FROM tokens WHERE hash = ?', [hash]);
    return row && toToken(row);
  },
  *listTokens() {
    const rows = yield all('SELECT * FROM tokens ORDER BY created_at, hash');
    return rows.map(toToken);
  },
  *readSetting(key) {
    const [row] = yield one('SELECT value FROM settings WHERE key = ?', [key]);
    return row && fromJson<Json>(row.value);
  },
};

export const accessWrites: Plans<
  'insertToken' | 'deleteToken' | 'deleteExpiredTokens' | 'writeSetting'
> = {
  *insertToken({ hash, kind, label, teams, role, createdAt, expiresAt = null, user }) {
    yield tell(
      `INSERT INTO tokens (hash, kind, label, teams, role, created_at, expires_at, user_name)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        ...[hash, kind, toText(label), toJson(teams), role, createdAt, expiresAt],
        user === undefined ? null : toText(user),
      ],
    );
  },
  *deleteToken(hash) {
    const deleted = yield all('DELETE FROM tokens WHERE hash = ? RETURNING hash', [hash]);
    return deleted.length === 1;
  },
  *deleteExpiredTokens(at) {
    yield tell('DELETE FROM tokens WHERE expires_at <= ?', [at]);
  },
  *writeSetting(key, value) {
    yield tell(
      `INSERT INTO settings (key, value) VALUES (?, ?)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      [key, toJson(value)],
    );
  },
};

function toToken(row: Row): TokenRecord {
  return {
    hash: text(row, 'hash'),
    kind: text(row, 'kind') as TokenRecord['kind'],
    label: fromText(row.label),
    teams: fromJson<string[]>(row.teams),
    role: text(row, 'role'),
    createdAt: integer(row, 'created_at'),
    ...optional(row, 'expires_at', 'expiresAt', Number),
    ...optional(row, 'user_name', 'user', fromText),
  };
}
