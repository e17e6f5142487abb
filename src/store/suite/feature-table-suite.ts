/**
 * Every table that kernel and features declare: a row of each goes in, comes out as it was, is changed and goes.
 * @module
 */
import { expect, it } from 'vitest';
import type { AnyTable, ColumnType } from '../table.js';
import { AWKWARD, commitRows, GREATEST, MACHINES, machine, put, type Stage } from './stage.js';

type Row = { [column: string]: unknown };

export function featureTableSuite(stage: Stage, tables: readonly AnyTable[]): void {
  it.each(tables.map((table) => [table.name, table] as const))(
    'takes rows of the table %s and gives them back',
    async (_, table) => {
      const { store } = stage;
      await store.joinTables([table]);
      // Some rows point to a machine, which must be there.
      if (table.name !== MACHINES.name) await commitRows(store, put(MACHINES, machine(GREATEST)));
      const rows = [rowOf(table, 'whole'), rowOf(table, 'bare')];
      const [whole = {}, bare = {}] = rows;
      const before = (await store.listRows(table)).length;
      await commitRows(store, ...rows.map((row) => put(table, row)));
      await stage.reopen();
      await stage.store.joinTables([table]);
      const keyOf = (row: Row) => table.key.map((column) => row[column] as string | number);
      expect(await stage.store.findRow(table, keyOf(whole))).toEqual(whole);
      expect(await stage.store.findRow(table, keyOf(bare))).toEqual(bare);
      expect(await stage.store.listRows(table)).toHaveLength(before + 2);
      for (const [column, type] of typesOf(table)) {
        if (table.key.includes(column) || type.endsWith('?')) continue;
        const change = { [column]: anotherValue(column, type) };
        await commitRows(stage.store, { table, key: keyOf(bare), row: change, isChange: true });
        expect(await stage.store.findRow(table, keyOf(bare))).toMatchObject(change);
      }
      await commitRows(stage.store, ...rows.map((row) => ({ table, key: keyOf(row) })));
      expect(await stage.store.listRows(table)).toHaveLength(before);
    },
  );
}

function typesOf(table: AnyTable): [string, ColumnType][] {
  return Object.entries(table.columns as { [column: string]: ColumnType });
}

/** A row with all that it can have, or with what it must have. */
function rowOf(table: AnyTable, what: 'whole' | 'bare'): Row {
  const row: Row = {};
  for (const [column, type] of typesOf(table)) {
    if (type.endsWith('?') && what === 'bare') continue;
    row[column] = someValue(column, type.replace('?', ''), what);
  }
  return row;
}

function someValue(column: string, type: string, what: 'whole' | 'bare'): unknown {
  // What an index holds must stay short: PostgreSQL has room for 2,700 bytes of a key.
  if (type === 'text') return `${what} ${column} ${AWKWARD}`;
  if (type === 'json') return { [`${what} ${AWKWARD}`]: ['\u0000', null, { deep: [GREATEST] }] };
  return what === 'whole' || column === 'machine' ? GREATEST : GREATEST - 1;
}

/** As `someValue`, of neither row. What points to a machine goes on to do so. */
function anotherValue(column: string, type: string): unknown {
  if (type === 'text') return `changed ${column}`;
  if (type === 'json') return { changed: [1] };
  return column === 'machine' ? GREATEST : GREATEST - 2;
}
