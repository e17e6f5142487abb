/**
 * Table `access_keys`: what clients of the wire API sign with.
 * @module
 */
import { integer, text } from './columns.js';
import type { Driver, Row } from './driver.js';
import type { AccessKeyRecord, SynchronousStore } from './store.js';

export function accessKeyQueries(
  driver: Driver,
): Pick<
  SynchronousStore,
  'insertAccessKey' | 'findAccessKey' | 'listAccessKeys' | 'deleteAccessKey'
> {
  const insert = driver.prepare(
    `INSERT INTO access_keys (id, team, role, label, secret, created_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
  );
  const byId = driver.prepare('SELECT * FROM access_keys WHERE id = ?');
  const all = driver.prepare('SELECT * FROM access_keys ORDER BY created_at, id');
  const remove = driver.prepare('DELETE FROM access_keys WHERE id = ?');
  return {
    insertAccessKey: ({ id, team, role, label, secret, createdAt }) =>
      void insert.run(id, team, role, label, secret, createdAt),
    findAccessKey(id) {
      const row = byId.get(id);
      return row && toKey(row);
    },
    listAccessKeys: () => all.all().map(toKey),
    deleteAccessKey: (id) => remove.run(id) === 1,
  };
}

function toKey(row: Row): AccessKeyRecord {
  return {
    id: text(row, 'id'),
    team: text(row, 'team'),
    role: text(row, 'role'),
    label: text(row, 'label'),
    secret: text(row, 'secret'),
    createdAt: integer(row, 'created_at'),
  };
}
