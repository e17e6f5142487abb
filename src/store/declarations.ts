/**
 * Table `declarations`: resources that clients of wire APIs declare.
 * @module
 */
import type { JsonObject } from '../asl/json.js';
import { fromJson, text, toJson } from './columns.js';
import type { Driver } from './driver.js';
import type { DeclarationWrite, SynchronousStore } from './store.js';

type DeclarationQueries = Pick<SynchronousStore, 'listDeclarations'> & {
  writeDeclaration(write: DeclarationWrite): void;
};

export function declarationQueries(driver: Driver): DeclarationQueries {
  const put = driver.prepare(
    `INSERT INTO declarations (kind, team, name, record) VALUES (?, ?, ?, ?)
     ON CONFLICT (kind, team, name) DO UPDATE SET record = excluded.record`,
  );
  const remove = driver.prepare(
    'DELETE FROM declarations WHERE kind = ? AND team = ? AND name = ?',
  );
  const ofKind = driver.prepare('SELECT * FROM declarations WHERE kind = ? ORDER BY team, name');
  return {
    writeDeclaration({ kind, team, name, record }) {
      if (record === undefined) remove.run(kind, team, name);
      else put.run(kind, team, name, toJson(record));
    },
    listDeclarations: (kind) =>
      ofKind.all(kind).map((row) => ({
        kind: text(row, 'kind'),
        team: text(row, 'team'),
        name: text(row, 'name'),
        record: fromJson<JsonObject>(row.record),
      })),
  };
}
