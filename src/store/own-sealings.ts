/**
 * What features have sealed by themselves, for who must know whether a key still fits.
 * @module
 */
import { fromText } from './columns.js';
import { all, type Plan } from './plan.js';

/** A row whose feature has sealed something in it by itself. */
export interface OwnSealing {
  /** What it is: `webhook orders`. */
  what: string;
  /** Everything in it that lies under the name `sealed`. */
  sealed: string[];
}

/** Rows of every table that has joined and seals by itself; also for who only looks at a database. */
export function* ownSealings(): Plan<OwnSealing[]> {
  const tables = yield all(
    "SELECT name, json_columns FROM feature_tables WHERE sealing = 'itself' ORDER BY name",
  );
  const found: OwnSealing[] = [];
  for (const { name, json_columns: json } of tables) {
    const columns = String(json).split(' ');
    for (const row of yield all(`SELECT * FROM ${name} ORDER BY team, name`)) {
      found.push({
        what: `${String(name).replace(/s$/, '')} ${fromText(row.name)}`,
        sealed: columns
          .flatMap((column) => [...String(row[column]).matchAll(/"sealed":"([A-Za-z0-9+/=]*)"/g)])
          .map(([, sealed = '']) => sealed),
      });
    }
  }
  return found;
}
