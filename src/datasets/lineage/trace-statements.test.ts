import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sourceTable, throughInputs, together } from './column-lineage.js';
import { tableKey } from './plan-node.js';
import { TracedStatements } from './trace-statements.js';

const key = tableKey('memory', 'main', 'sold');

function knowing(): TracedStatements {
  const statements = new TracedStatements(() => undefined);
  statements.know(key, sourceTable('orders', ['id', 'town']));
  return statements;
}

const SCAN = {
  type: 'LOGICAL_GET',
  name: 'seq_scan',
  names: ['id', 'town'],
  function_data: { catalog: 'memory', schema: 'main', table: 'Sold' },
  column_indexes: [{ index: 0 }, { index: 1 }],
};

function projected(...expressions: unknown[]): unknown {
  return { type: 'LOGICAL_PROJECTION', children: [SCAN], expressions };
}

const ref = (index: number) => ({ expression_class: 'BOUND_REF', index });

describe('a plan that is not as DuckDB writes it', () => {
  test.each<[string, unknown, RegExp]>([
    ['is nothing', undefined, /no operator/],
    ['is a list', [], /no operator/],
    ['has an operator of tomorrow', { type: 'LOGICAL_TELEPORT' }, /kind TELEPORT/],
    ['has an expression of tomorrow', projected({ expression_class: 'BOUND_WISH' }), /BOUND_WISH/],
    ['names a column that is not there', projected(ref(7)), /not there/],
    ['lacks a child', { type: 'LOGICAL_FILTER' }, /no operator/],
    ['reads a common table that nobody made', { type: 'LOGICAL_CTE_REF', cte_index: 3 }, /common/],
    ['gives more columns than the result has', projected(ref(0), ref(1)), /not those of the plan/],
  ])('that %s, makes the result unknown', (_, plan, why) => {
    const { columns, unknown } = knowing().result(plan, ['a']);
    expect(columns).toEqual([{ name: 'a', from: [], unknown }]);
    expect(unknown).toMatch(why);
  });

  test('does not exhaust the stack, however deep it is', () => {
    let plan: unknown = SCAN;
    for (let depth = 0; depth < 5_000; depth += 1)
      plan = { type: 'LOGICAL_LIMIT', children: [plan] };
    expect(knowing().result(plan, ['a']).unknown).toMatch(/too deep/);
    let expression: unknown = ref(0);
    for (let depth = 0; depth < 5_000; depth += 1) {
      expression = { expression_class: 'BOUND_CAST', child: expression };
    }
    expect(knowing().result(projected(expression), ['a']).unknown).toMatch(/too deep/);
  });

  test('never throws', () => {
    const member = fc.constantFrom(
      'type',
      'children',
      'expressions',
      'names',
      'columns',
      'info',
      'table_info',
      'conditions',
      'index',
      'function_data',
      'column_indexes',
      'expression_class',
      'table',
      'orders',
      'groups',
      'projection_map',
    );
    const word = fc.constantFrom(
      'LOGICAL_GET',
      'LOGICAL_PROJECTION',
      'LOGICAL_CREATE_TABLE',
      'LOGICAL_INSERT',
      'LOGICAL_UPDATE',
      'LOGICAL_DELETE',
      'LOGICAL_DELIM_JOIN',
      'LOGICAL_RECURSIVE_CTE',
      'BOUND_REF',
      'seq_scan',
      't',
      '',
    );
    const { plan } = fc.letrec((tie) => ({
      plan: fc.oneof(
        { maxDepth: 5 },
        word,
        fc.integer(),
        fc.constant(null),
        fc.array(tie('plan'), { maxLength: 3 }),
        fc.dictionary(member, tie('plan'), { maxKeys: 6 }),
      ),
    }));
    fc.assert(
      fc.property(plan, (one) => {
        const statements = knowing();
        statements.perform(one, 'DELETE FROM sold');
        statements.result(one, ['a']);
      }),
    );
  });
});

describe('tables', () => {
  test('stay known through a statement that cannot name them', () => {
    const statements = knowing();
    statements.doubt('ALTER TABLE other ADD x INT', 'altered');
    expect(statements.result(projected(ref(1)), ['town']).columns[0]?.from).toEqual([
      { source: 'orders', column: 'town', how: 'identity' },
    ]);
    statements.doubt('ALTER TABLE "SOLD" ADD x INT', 'altered');
    expect(statements.result(projected(ref(1)), ['town']).columns).toEqual([
      { name: 'town', from: [], unknown: 'altered' },
    ]);
  });
});

describe('inputs that are traced themselves', () => {
  test('are replaced by what they were made of', () => {
    const statements = knowing();
    const made = statements.result(projected(ref(1)), ['place']);
    const before = {
      columns: [
        { name: 'id', from: [] },
        { name: 'town', from: [{ source: 'raw', column: 't', how: 'aggregation' as const }] },
      ],
      rows: [{ source: 'raw', column: 'price', how: 'filter' as const }],
    };
    expect(throughInputs(made, new Map([['orders', before]]))).toEqual({
      columns: [{ name: 'place', from: [{ source: 'raw', column: 't', how: 'aggregation' }] }],
      rows: [{ source: 'raw', column: 'price', how: 'filter' }],
    });
    expect(throughInputs(made, new Map([['others', before]]))).toEqual(made);
    const without = throughInputs(made, new Map([['orders', { columns: [], rows: [] }]]));
    expect(without.columns[0]?.unknown).toContain('"town" of "orders"');
  });

  test('are put together by the names of their columns', () => {
    const both = together([sourceTable('a', ['x', 'y']), sourceTable('b', ['y'])]);
    expect(both.columns).toEqual([
      { name: 'x', from: [{ source: 'a', column: 'x', how: 'identity' }] },
      {
        name: 'y',
        from: [
          { source: 'a', column: 'y', how: 'identity' },
          { source: 'b', column: 'y', how: 'identity' },
        ],
      },
    ]);
  });

  test('are told up to a bound', () => {
    const many = together(Array.from({ length: 600 }, (_, at) => sourceTable(`s${at}`, ['x'])));
    expect(many.columns[0]?.from).toHaveLength(500);
    expect(many.columns[0]?.unknown).toMatch(/more than 500/);
  });
});
