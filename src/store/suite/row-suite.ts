/**
 * Rows of declared tables.
 * @module
 */
import { describe, expect, it } from 'vitest';
import { type AnyTable, defineTable, type RowQuery, type Table } from '../table.js';
import {
  AWKWARD,
  commit,
  commitRows,
  create,
  failure,
  GREATEST,
  MACHINES,
  machine,
  put,
  type Stage,
} from './stage.js';

interface Sample {
  shelf: string;
  place: number;
  label?: string;
  weight?: number;
  body: { [name: string]: unknown };
  extra?: unknown;
}

/** A table with every type of column, made in two steps. */
export const SAMPLES: Table<Sample> = defineTable<Sample>({
  name: 'samples',
  columns: {
    shelf: 'text',
    place: 'integer',
    label: 'text?',
    weight: 'integer?',
    body: 'json',
    extra: 'json?',
  },
  key: ['shelf', 'place'],
  migrations: [
    `CREATE TABLE samples (
       shelf TEXT NOT NULL,
       place BIGINT NOT NULL,
       label TEXT,
       weight INTEGER,
       body TEXT NOT NULL,
       PRIMARY KEY (shelf, place)
     );`,
    'ALTER TABLE samples ADD COLUMN extra TEXT;',
  ],
});

interface Shelf {
  number: number;
  team: string;
  state: string;
  sealedPart: object;
}

/** A table whose lists are made of ranges of indexes. */
export const SHELVES: Table<Shelf> = defineTable<Shelf>({
  name: 'shelves',
  columns: { number: 'integer', team: 'text', state: 'text', sealedPart: 'json' },
  key: ['number'],
  migrations: [
    `CREATE TABLE shelves (
       number INTEGER PRIMARY KEY,
       team TEXT NOT NULL,
       state TEXT NOT NULL,
       sealed_part TEXT NOT NULL
     );
     CREATE INDEX shelves_of_team ON shelves (team, state, number);
     CREATE INDEX shelves_full ON shelves (team, number) WHERE state = 'FULL';`,
  ],
  lists: [{ columns: ['team'], only: { state: 'FULL' } }, { columns: ['team', 'state'] }],
});

/** Keys that its feature seals itself. */
const KEYS: Table<{ team: string; name: string; record: object }> = defineTable({
  name: 'sample_keys',
  columns: { team: 'text', name: 'text', record: 'json' },
  key: ['team', 'name'],
  migrations: [
    `CREATE TABLE sample_keys (
       team TEXT NOT NULL, name TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (team, name)
     );`,
  ],
  sealing: 'itself',
});

const sample = (shelf: string, place: number, more: Partial<Sample> = {}): Sample => ({
  shelf,
  place,
  body: { n: place },
  ...more,
});

export function sampleSuite(stage: Stage): void {
  describe('rows of a declared table', () => {
    const places = async (query: RowQuery<Sample>): Promise<string[]> =>
      (await stage.store.listRows(SAMPLES, query)).map(({ shelf, place }) => `${shelf}${place}`);

    it('are as they were written, what is absent too, also after it was opened again', async () => {
      const full = sample('a', GREATEST, {
        label: AWKWARD,
        weight: -GREATEST,
        body: { deep: [1, null, { x: AWKWARD, 'nul\u0000': '\u0000\ud800' }], no: 0.1 },
        extra: 'text',
      });
      const bare = sample('b', 0);
      await commitRows(stage.store, put(SAMPLES, full), put(SAMPLES, bare));
      await stage.reopen();
      const { store } = stage;
      await store.joinTables([SAMPLES]);
      expect(await store.findRow(SAMPLES, ['a', full.place])).toEqual(full);
      expect(await store.findRow(SAMPLES, ['b', 0])).toEqual(bare);
      expect(await store.findRow(SAMPLES, ['b', 1])).toBeUndefined();
      expect(await store.listRows(SAMPLES)).toEqual([full, bare]);
    });

    it('keep NUL and halves of letters in texts and keys, in the order of the letters', async () => {
      const { store } = stage;
      const shelves = ['a', 'a\u0000', 'a\u0000b', 'a\u0001', 'a\u0001\u0001', 'a\u0002', 'aa'];
      const label = '\u0000 \u0001 \ud800';
      await commitRows(
        store,
        ...shelves.toReversed().map((shelf) => put(SAMPLES, sample(shelf, 1, { label }))),
      );
      const listed = await store.listRows(SAMPLES);
      expect(listed.map(({ shelf }) => shelf)).toEqual(shelves);
      expect(listed.every((row) => row.label === label)).toBe(true);
      expect(await store.findRow(SAMPLES, ['a\u0000b', 1])).toMatchObject({ shelf: 'a\u0000b' });
      expect(await store.listRows(SAMPLES, { where: { shelf: 'a\u0000' } })).toHaveLength(1);
      expect(await store.listRows(SAMPLES, { above: { shelf: 'a\u0001' } })).toHaveLength(3);
      const counts = await store.countRows(SAMPLES, 'shelf');
      expect(Object.keys(counts).sort()).toEqual(shelves);
      await commitRows(store, { table: SAMPLES, key: ['a\u0000', 1] });
      expect(await store.findRow(SAMPLES, ['a\u0000', 1])).toBeUndefined();
      expect(await store.findRow(SAMPLES, ['a', 1])).toBeDefined();
    });

    it('are replaced as a whole, changed in part, and deleted', async () => {
      const { store } = stage;
      await commitRows(store, put(SAMPLES, sample('a', 1, { label: 'old', extra: [1] })));
      await commitRows(store, put(SAMPLES, sample('a', 1, { label: 'new' })));
      expect(await store.findRow(SAMPLES, ['a', 1])).toEqual(sample('a', 1, { label: 'new' }));
      const change = { body: { n: 7 }, weight: 3 };
      await commitRows(store, { table: SAMPLES, key: ['a', 1], row: change, isChange: true });
      const changed = sample('a', 1, { label: 'new', ...change });
      expect(await store.findRow(SAMPLES, ['a', 1])).toEqual(changed);
      const taken = { label: undefined };
      await commitRows(store, { table: SAMPLES, key: ['a', 1], row: taken, isChange: true });
      expect(await store.findRow(SAMPLES, ['a', 1])).toEqual(sample('a', 1, change));
      await commitRows(store, { table: SAMPLES, key: ['a', 1] });
      expect(await store.listRows(SAMPLES)).toEqual([]);
    });

    it('that are not there are neither changed nor made by a change, nor missed when deleted', async () => {
      const { store } = stage;
      const change = { table: SAMPLES, key: ['a', 1], row: { weight: 1 }, isChange: true };
      await commitRows(store, change, { table: SAMPLES, key: ['b', 2] });
      expect(await store.listRows(SAMPLES)).toEqual([]);
    });

    it('are listed by their key, or as asked for', async () => {
      const all = [sample('a', 1), sample('a', 2, { label: 'x' }), sample('b', 1), sample('c', 5)];
      await commitRows(stage.store, ...all.toReversed().map((row) => put(SAMPLES, row)));
      expect(await places({})).toEqual(['a1', 'a2', 'b1', 'c5']);
      expect(await places({ where: { shelf: 'a' } })).toEqual(['a1', 'a2']);
      expect(await places({ where: { shelf: ['a', 'c'], place: [1, 5] } })).toEqual(['a1', 'c5']);
      expect(await places({ where: { shelf: [] } })).toEqual([]);
      expect(await places({ where: { label: 'x' } })).toEqual(['a2']);
      expect(await places({ above: { place: 1 }, below: { place: 5 } })).toEqual(['a2']);
      expect(await places({ above: { shelf: 'a' } })).toEqual(['b1', 'c5']);
      const down = { by: ['place', 'shelf'], down: true } as const;
      expect(await places({ order: down, limit: 3 })).toEqual(['c5', 'a2', 'b1']);
      expect(await places({ order: down, limit: 2, offset: 2 })).toEqual(['b1', 'a1']);
      expect(await places({ limit: 0 })).toEqual([]);
    });

    it('are ordered as bytes have it, in any language', async () => {
      const shelves = ['B', 'Z', '_', 'a', 'a b', 'a-b', 'aB', 'ab', 'z', 'ä', 'ﬃ', '🌍'];
      await commitRows(
        stage.store,
        ...shelves.toReversed().map((shelf) => put(SAMPLES, sample(shelf, 1))),
      );
      expect((await stage.store.listRows(SAMPLES)).map(({ shelf }) => shelf)).toEqual(shelves);
      const above = await stage.store.listRows(SAMPLES, { above: { shelf: 'ab' } });
      expect(above.map(({ shelf }) => shelf)).toEqual(['z', 'ä', 'ﬃ', '🌍']);
    });

    it('are counted, and their last number is known', async () => {
      const { store } = stage;
      await commitRows(store, ...[1, 2, 3].map((place) => put(SAMPLES, sample('a', place))));
      await commitRows(store, put(SAMPLES, sample('b', GREATEST)));
      expect(await store.countRows(SAMPLES, 'shelf')).toEqual({ a: 3, b: 1 });
      expect(await store.countRows(SAMPLES, 'shelf', { place: [1, GREATEST] })).toEqual({
        ...{ a: 1, b: 1 },
      });
      expect(await store.lastNumber(SAMPLES)).toBe(GREATEST);
      expect(await store.lastNumber(SAMPLES, { shelf: 'a' })).toBe(3);
      expect(await store.lastNumber(SAMPLES, { shelf: 'none' })).toBe(0);
    });

    it('are packed column by column, in the order of their numbers', async () => {
      const { store } = stage;
      const rows = [3, 1, 2, 300].map((number) => ({
        ...{ number, team: number === 2 ? 'b' : 'a', state: `s${number}`, sealedPart: {} },
      }));
      await commitRows(store, ...rows.map((row) => put(SHELVES, row)));
      const pack = (query: object) =>
        store.packRows(SHELVES, ['number', 'state'], { above: 0, limit: 10, ...query });
      expect(await pack({})).toEqual({
        count: 4,
        last: 300,
        columns: ['1,2,3,300', 's1,s2,s3,s300'],
      });
      expect(await pack({ where: { team: ['a'] }, above: 1, limit: 1 })).toEqual({
        ...{ count: 1, last: 3, columns: ['3', 's3'] },
      });
      expect(await pack({ above: 300 })).toEqual({ count: 0, last: 0, columns: ['', ''] });
    });

    it('are deleted together up to one of them', async () => {
      const { store } = stage;
      const all = [1, 2, 3].flatMap((n) => ['a', 'b'].map((s) => put(SAMPLES, sample(s, n))));
      await commitRows(store, ...all);
      const range = { where: { shelf: 'a' }, column: 'place', upTo: 2 };
      await commitRows(store, { table: SAMPLES, key: [], range });
      expect(await places({})).toEqual(['a3', 'b1', 'b2', 'b3']);
      const everywhere = { where: {}, column: 'place', upTo: 2 };
      await commitRows(store, { table: SAMPLES, key: [], range: everywhere });
      expect(await places({})).toEqual(['a3', 'b3']);
    });

    it('are written in one commit with all else, in order, or not at all', async () => {
      const { store } = stage;
      const twice = put(MACHINES, machine(1));
      const write = { ...commit(create(1, 'one')), rows: [put(SAMPLES, sample('a', 1)), twice] };
      expect(await failure(async () => store.commit(write))).toMatchObject({ code: 'constraint' });
      expect(await store.listRows(SAMPLES)).toEqual([]);
      expect(await store.findExecution(1)).toBeUndefined();
    });

    it('have every column that must be there', async () => {
      const row = { ...sample('a', 1), body: undefined } as unknown as Sample;
      const call = async () => commitRows(stage.store, put(SAMPLES, row));
      expect(await failure(call)).toMatchObject({ code: 'constraint' });
    });

    it('are refused when a newer version has written their table', async () => {
      const { store } = stage;
      const newer = { ...SAMPLES, migrations: [...SAMPLES.migrations, 'SELECT 1;'] };
      await store.joinTables([newer]);
      expect(await failure(async () => store.joinTables([SAMPLES]))).toMatchObject({
        code: 'newer-schema',
      });
    });

    it('keep what is there when a step to the next version fails, and all steps before it', async () => {
      const { store } = stage;
      await commitRows(store, put(SAMPLES, sample('a', 1)));
      const step = 'ALTER TABLE samples ADD COLUMN more TEXT;';
      const broken = { ...SAMPLES, migrations: [...SAMPLES.migrations, step, 'SELECT nonsense;'] };
      await failure(async () => store.joinTables([broken]));
      const mended = { ...SAMPLES, migrations: [...SAMPLES.migrations, step] };
      await store.joinTables([mended]);
      expect(await store.findRow(SAMPLES, ['a', 1])).toEqual(sample('a', 1));
    });
  });

  describe('lists of a declared table that has indexes for them', () => {
    const shelf = (number: number, team: string, state: string) =>
      put(SHELVES, { number, team, state, sealedPart: {} });

    it('hold what is asked for, both ways and page by page', async () => {
      const { store } = stage;
      const teams = ['b', 'a', 'c'];
      const rows = Array.from({ length: 60 }, (_, at) =>
        shelf(at + 1, teams[at % 3] ?? '', at % 4 === 0 ? 'FULL' : 'OPEN'),
      );
      await commitRows(store, ...rows);
      const all = rows.map(({ row }) => row as Shelf);
      let looked = 0;
      for (const where of [
        ...[{}, { team: 'a' }, { team: ['a', 'c', 'a', 'none'] }, { team: [] }],
        ...[{ state: 'FULL' }, { state: 'OPEN' }, { team: 'b', state: 'FULL' }],
        ...[{ team: ['b', 'c'], state: ['OPEN', 'FULL'] }, { number: 7 }],
      ]) {
        for (const isDown of [false, true]) {
          for (const bounds of [{}, { above: 20 }, { below: 41 }, { above: 20, below: 41 }]) {
            const { above, below } = bounds as { above?: number; below?: number };
            const query: RowQuery<Shelf> = {
              ...{ where: where as RowQuery<Shelf>['where'] & object, limit: 17 },
              ...{ order: { by: ['number'], down: isDown } },
              ...(above === undefined ? {} : { above: { number: above } }),
              ...(below === undefined ? {} : { below: { number: below } }),
            };
            const fits = (value: unknown, wanted: unknown): boolean =>
              Array.isArray(wanted) ? wanted.includes(value) : wanted === value;
            const expected = all
              .filter(
                (row) =>
                  Object.entries(where).every(([name, wanted]) =>
                    fits(row[name as keyof Shelf], wanted),
                  ) &&
                  (above === undefined || row.number > above) &&
                  (below === undefined || row.number < below),
              )
              .map(({ number }) => number);
            if (isDown) expected.reverse();
            const found = (await store.listRows(SHELVES, query)).map(({ number }) => number);
            expect(found, JSON.stringify(query)).toEqual(expected.slice(0, 17));
            looked += found.length;
          }
        }
      }
      expect(looked).toBeGreaterThan(300);
    });
  });

  describe('what features seal themselves', () => {
    it('is listed with the name of each row', async () => {
      const { store } = stage;
      expect(await store.listOwnSealings()).toEqual([]);
      await store.joinTables([KEYS] as readonly AnyTable[]);
      await commitRows(
        store,
        put(KEYS, { team: 'b', name: 'two', record: { a: { sealed: 'QUJD' }, sealed: 'Rg==' } }),
        put(KEYS, { team: 'a', name: 'one', record: { nothing: 1 } }),
      );
      expect(await store.listOwnSealings()).toEqual([
        { what: 'sample_key one', sealed: [] },
        { what: 'sample_key two', sealed: ['QUJD', 'Rg=='] },
      ]);
    });
  });
}
