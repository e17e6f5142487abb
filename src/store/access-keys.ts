/**
 * Table `access_keys`: what clients of the wire API sign with.
 * @module
 */
import { fromText, integer, text, toText } from './columns.js';
import type { Row } from './driver.js';
import { all, one, type Plans, tell } from './plan.js';
import type { AccessKeyRecord } from './store.js';

export const accessKeyReads: Plans<'findAccessKey' | 'listAccessKeys'> = {
  *findAccessKey(id) {
    const [row] = yield one('SELECT * FROM access_keys WHERE id = ?', [id]);
    return row && toKey(row);
  },
  *listAccessKeys() {
    const rows = yield all('SELECT * FROM access_keys ORDER BY created_at, id');
    return rows.map(toKey);
  },
};

export const accessKeyWrites: Plans<'insertAccessKey' | 'deleteAccessKey'> = {
  *insertAccessKey({ id, team, role, label, secret, createdAt }) {
    yield tell(
      `INSERT INTO access_keys (id, team, role, label, secret, created_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
      [id, team, role, toText(label), secret, createdAt],
    );
  },
  *deleteAccessKey(id) {
    const deleted = yield all('DELETE FROM access_keys WHERE id = ? RETURNING id', [id]);
    return deleted.length === 1;
  },
};

function toKey(row: Row): AccessKeyRecord {
  return {
    id: text(row, 'id'),
    team: text(row, 'team'),
    role: text(row, 'role'),
    label: fromText(row.label),
    secret: text(row, 'secret'),
    createdAt: integer(row, 'created_at'),
  };
}
