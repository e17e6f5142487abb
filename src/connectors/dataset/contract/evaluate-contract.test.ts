import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Contract, RuleResult } from '../../../datasets/contract.js';
import { loadContract } from '../../../pipelines/contract-file/contract-file.js';
import { evaluateContract } from './evaluate-contract.js';

const NOW = Date.UTC(2026, 10, 30);
const DAY = 86_400_000;

let connection: DuckDBConnection;

beforeAll(async () => {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: '256MiB',
  });
  connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run(
    "CREATE TABLE counties AS SELECT * FROM (VALUES ('Alpine'), ('Mono')) t(name)",
  );
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
});

afterAll(() => connection.closeSync());

function contractOf(text: string): Contract {
  const { contract, problems } = loadContract('a.yaml', text);
  expect(problems).toEqual([]);
  return contract as Contract;
}

async function evaluate(
  contract: string,
  data: string,
  more: { history?: number[]; isText?: boolean; sqlSeconds?: number } = {},
) {
  await connection.run(`CREATE OR REPLACE TEMP VIEW "the ""data" AS ${data}`);
  const { history = [], ...rest } = more;
  return evaluateContract(connection, '"the ""data"', contractOf(contract), {
    history: history.map((rows) => ({ rows })),
    references: { counties: '"counties"' },
    now: NOW,
    ...rest,
  });
}

async function ruleOf(
  contract: string,
  data: string,
  name: string,
  more = {},
): Promise<RuleResult> {
  const { result } = await evaluate(contract, data, more);
  const found = result.rules.find(({ rule }) => rule === name);
  if (found === undefined) throw new Error(`no ${name} in ${JSON.stringify(result)}`);
  return found;
}

/** Data of the columns n, t and d. */
const rows = (...values: string[]): string =>
  `SELECT * FROM (VALUES ${values.join(', ')}) AS v(n, t, d)`;
const ROW = "(1, 'Alpine', TIMESTAMP '2026-11-29 12:00:00')";
const NONE = `${rows(ROW)} WHERE false`;
const NULLS = rows('(NULL::INTEGER, NULL::VARCHAR, NULL::TIMESTAMP)', '(NULL, NULL, NULL)');

interface Kind {
  readonly rule: string;
  /** Data in which one row, or the whole, breaks it. */
  readonly fails: string;
  /** Whether rows of NULLs keep it, and none at all. */
  readonly nulls: boolean;
  readonly none: boolean;
  /** Failing rows of `fails`; 0 of a rule about the whole. */
  readonly failing: number;
}

const KINDS: { readonly [kind: string]: Kind } = {
  notNull: {
    rule: '{ column: { column: n, nullable: false } }',
    fails: rows(ROW, "(NULL, 'Mono', NULL)"),
    nulls: false,
    none: true,
    failing: 1,
  },
  enum: {
    rule: '{ column: { column: t, enum: [Alpine, Mono] } }',
    fails: rows(ROW, "(2, 'Nowhere', NULL)"),
    nulls: true,
    none: true,
    failing: 1,
  },
  range: {
    rule: '{ column: { column: n, min: 0, max: 9 } }',
    fails: rows(ROW, "(10, 'Mono', NULL)", "(-1, 'Mono', NULL)"),
    nulls: true,
    none: true,
    failing: 2,
  },
  length: {
    rule: '{ column: { column: t, minLength: 1, maxLength: 6 } }',
    fails: rows(ROW, "(2, '', NULL)"),
    nulls: true,
    none: true,
    failing: 1,
  },
  pattern: {
    rule: '{ column: { column: t, pattern: "^[A-Z]" } }',
    fails: rows(ROW, "(2, 'mono', NULL)"),
    nulls: true,
    none: true,
    failing: 1,
  },
  unique: {
    rule: '{ unique: [n, t] }',
    fails: rows(ROW, "(2, 'Mono', NULL)", "(2, 'Mono', NULL)", "(2, 'Alpine', NULL)"),
    nulls: true,
    none: true,
    failing: 2,
  },
  references: {
    rule: '{ references: { column: t, dataset: counties, key: name } }',
    fails: rows(ROW, "(2, 'Nowhere', NULL)"),
    nulls: true,
    none: true,
    failing: 1,
  },
  fresh: {
    rule: '{ fresh: { column: d, within: 2 days } }',
    fails: rows("(1, 'Alpine', TIMESTAMP '2026-11-01')"),
    nulls: false,
    none: false,
    failing: 0,
  },
  rows: {
    rule: '{ rows: { min: 1, max: 2 } }',
    fails: rows(ROW, ROW, ROW),
    nulls: true,
    none: false,
    failing: 0,
  },
  sql: {
    rule: '{ sql: { query: "SELECT n FROM data WHERE n > 1" } }',
    fails: rows(ROW, "(2, 'Mono', NULL)"),
    nulls: true,
    none: true,
    failing: 1,
  },
};

const OF_THE_WHOLE = ['fresh', 'rows', 'sql'];

describe.each(Object.entries(KINDS))('a rule of the kind %s', (kind, { rule, ...expected }) => {
  const whole = OF_THE_WHOLE.includes(kind);
  describe.each(['block', 'warn', 'quarantine'] as const)('that says %s', (severity) => {
    const contract = `contract: a\nseverity: ${severity}\nextraColumns: allow\nrules: [${rule.replace(/^\{/, '{ name: it,')}]`;
    const broken =
      severity === 'block' || (severity === 'quarantine' && whole) ? 'CRITICAL' : 'WARNING';

    it('is OK where it is kept', async () => {
      const { result, quarantine } = await evaluate(contract, rows(ROW));
      expect(result).toMatchObject({ status: 'OK', verdict: 'publish', rows: 1, quarantined: 0 });
      expect(result.rules).toMatchObject([{ rule: 'it', kind, failing: 0, rows: [] }]);
      expect(quarantine).toBeUndefined();
    });

    it('says what breaks it, with its rows, and sets aside only these', async () => {
      const { result, quarantine } = await evaluate(contract, expected.fails);
      const [found] = result.rules;
      expect(found).toMatchObject({ status: broken, severity, failing: expected.failing });
      expect(found?.rows).toHaveLength(expected.failing);
      expect(result.verdict).toBe(broken === 'CRITICAL' ? 'block' : 'publish');
      const aside = severity === 'quarantine' && !whole ? expected.failing : 0;
      expect(result.quarantined).toBe(aside);
      expect(quarantine === undefined).toBe(aside === 0);
      if (quarantine === undefined) return;
      const split = await connection.runAndReadAll(
        `SELECT count(*) FILTER (WHERE ${quarantine.passes}), count(*) FILTER (WHERE ${quarantine.reasons} = ['it']) FROM "the ""data"`,
      );
      expect(split.getRows()).toEqual([[BigInt(result.rows - aside), BigInt(aside)]]);
    });

    it('counts as broken where its column is missing, and blocks unless it only warns', async () => {
      const { result } = await evaluate(contract, 'SELECT 1 AS other');
      const [found] = result.rules;
      if (kind === 'rows') return expect(found?.status).toBe('OK');
      expect(found?.status).toBe(severity === 'warn' ? 'WARNING' : 'CRITICAL');
      expect(found?.words).toContain('not checked: ');
    });

    it(`is ${expected.nulls ? 'kept' : 'broken'} by rows of NULLs`, async () => {
      const { result } = await evaluate(contract, NULLS);
      expect(result.rules[0]?.status).toBe(expected.nulls ? 'OK' : broken);
    });

    it(`is ${expected.none ? 'kept' : 'broken'} where there are no rows`, async () => {
      const { result } = await evaluate(contract, NONE);
      expect(result.rules[0]?.status).toBe(expected.none ? 'OK' : broken);
    });
  });
});

describe('columns', () => {
  const contract = `contract: a
columns:
  id: bigint
  price: { type: "decimal(10,2)", severity: warn }
  owner: { type: { struct: { name: varchar, since: date } } }
  note: { type: varchar, optional: true }
`;
  it('may be of a narrower type, and may be missing where they are optional', async () => {
    const data =
      "SELECT 1::INTEGER AS id, 1.5::DECIMAL(4,1) AS price, {'name': 'a', 'since': DATE '2026-01-01'} AS owner";
    expect((await evaluate(contract, data)).result).toMatchObject({
      status: 'OK',
      rules: [{ words: 'columns: all 4 are as the contract says' }],
    });
  });

  it('that are missing, added or of another type are told one by one, fields too', async () => {
    const data = "SELECT 1::HUGEINT AS id, 'x' AS \"Price\", {'name': 1, 'extra': 2} AS owner";
    const { result } = await evaluate(contract, data);
    expect(result.rules.map(({ rule, status, words }) => `${status} ${rule}: ${words}`)).toEqual([
      'CRITICAL id type: "id" is HUGEINT, and the contract says BIGINT',
      'WARNING price present: the column "price" is missing; there is "Price", and letters count as they are written',
      'CRITICAL owner.name type: "owner.name" is INTEGER, and the contract says VARCHAR',
      'CRITICAL owner.since present: the field "owner.since" is missing',
      'CRITICAL owner.extra type: the field "owner.extra" is not in the contract',
      'WARNING extra columns: the column "Price" (VARCHAR) is not in the contract',
    ]);
  });

  it.each([
    ['allow', undefined],
    ['warn', 'WARNING'],
    ['block', 'CRITICAL'],
  ])('that are added follow extraColumns: %s', async (extra, status) => {
    const { result } = await evaluate(
      `contract: a\ncolumns: { a: int }\nextraColumns: ${extra}`,
      'SELECT 1 AS a, 2 AS b',
    );
    expect(result.rules.find(({ kind }) => kind === 'extraColumns')?.status).toBe(status);
  });

  it('may have any name', async () => {
    for (const name of [
      'a"b',
      "it's",
      'two\nlines',
      '🏔',
      '"; DROP TABLE counties; --',
      'SELECT',
      ' ',
    ]) {
      const data = `SELECT * FROM (VALUES (1), (1), (NULL)) AS v("${name.replaceAll('"', '""')}")`;
      const text = `contract: a\ncolumns:\n  ${JSON.stringify(name)}: { type: int, unique: true, nullable: false, max: 0, severity: quarantine }`;
      const { result } = await evaluate(text, `${data} UNION ALL SELECT -1`);
      expect(result.rules.map(({ failing }) => failing)).toEqual([0, 1, 2, 2]);
      expect(result.quarantined).toBe(3);
    }
    const left = await connection.runAndReadAll('SELECT count(*) FROM counties');
    expect(left.getRows()).toEqual([[2n]]);
  });
});

describe('values', () => {
  it('that are no number, or infinite, lie in no range', async () => {
    const data = "SELECT unnest(['nan', 'inf', '-inf', '5']::DOUBLE[]) AS n";
    for (const range of ['min: 0', 'max: 9', 'min: 0, max: 9']) {
      const found = await ruleOf(
        `contract: a\ncolumns: { n: { type: double, ${range} } }`,
        data,
        'n range',
      );
      expect(found).toMatchObject({
        failing: 3,
        rows: [{ n: 'NaN' }, { n: 'Infinity' }, { n: '-Infinity' }],
      });
    }
  });

  it('written as text are read as the type of the contract, each row by itself', async () => {
    const text =
      'contract: a\nseverity: quarantine\ncolumns: { n: { type: int, min: 0 }, d: { type: date }, z: varchar }';
    const data =
      "SELECT * FROM (VALUES ('1', '2026-01-01', '007'), ('1.5', '2026-02-30', '008'), ('x', NULL, '009'), ('-1', '2026-01-02', '1')) v(n, d, z)";
    const { result, quarantine, projection } = await evaluate(text, data, { isText: true });
    expect(result.rules.map(({ rule, failing }) => [rule, failing])).toEqual([
      ['columns', 0],
      ['n type', 2],
      ['d type', 1],
      ['n range', 1],
    ]);
    expect(result.quarantined).toBe(3);
    const answer = await connection.runAndReadAll(
      `SELECT ${projection} FROM "the ""data" WHERE ${quarantine?.passes}`,
    );
    expect(answer.getRowObjectsJson()).toEqual([{ n: 1, d: '2026-01-01', z: '007' }]);
    const why = await connection.runAndReadAll(
      `SELECT ${quarantine?.reasons} FROM "the ""data" WHERE n = '1.5'`,
    );
    expect(why.getRowsJson()).toEqual([[['n type', 'd type']]]);
  });

  it('of fields in structs keep rules of their own; a field of nothing is not missing', async () => {
    const text =
      'contract: a\ncolumns: { o: { type: { struct: { n: { type: int, nullable: false, min: 1 } } } } }';
    const data = "SELECT unnest([{'n': 1}, {'n': NULL}, {'n': 0}, NULL]) AS o";
    const { result } = await evaluate(text, data);
    expect(result.rules.map(({ rule, failing }) => [rule, failing])).toEqual([
      ['columns', 0],
      ['o.n not null', 1],
      ['o.n range', 1],
    ]);
  });

  it('with NULLs in a key or a reference are not compared, and that is told', async () => {
    const data = rows(ROW, ROW.replace('1', 'NULL'), ROW.replace('1', 'NULL'));
    const found = await ruleOf('contract: a\nrules: [{ unique: n }]', data, 'n unique');
    expect(found).toMatchObject({ status: 'OK', failing: 0 });
    expect(found.words).toContain('2 rows with a NULL in it are not compared');
  });

  it('may be many, and the rows that are shown are ten, with long values cut', async () => {
    const data = "SELECT range AS n, repeat('x', 100000) AS t FROM range(5000)";
    const { result } = await evaluate(
      'contract: a\ncolumns: { n: { max: 4 } }\nextraColumns: allow',
      data,
    );
    const [, found] = result.rules;
    expect(found).toMatchObject({ checked: 5_000, failing: 4_995 });
    expect(found?.rows).toHaveLength(10);
    expect(JSON.stringify(found?.rows).length).toBeLessThan(4_000);
  });
});

describe('tolerance', () => {
  it.each([
    ['1', 'WARNING'],
    ['2', 'OK'],
    ['10 %', 'WARNING'],
    ['20 %', 'OK'],
  ])('of %s for two rows of ten is %s', async (tolerate, status) => {
    const text = `contract: a\nrules: [{ column: { column: n, min: 2 }, tolerate: ${tolerate}, severity: warn, name: it }]`;
    expect((await ruleOf(text, 'SELECT range AS n FROM range(10)', 'it')).status).toBe(status);
  });
});

describe('counts of rows against earlier versions', () => {
  const text = 'contract: a\nrules: [{ rows: { within: ±20 %, of: last 3 } }]';
  it.each([
    [[], 10, 'OK', 'there is no earlier version'],
    [[10_000, 10, 11, 9], 10, 'OK', '8 to 12'],
    [
      [10, 10, 10],
      13,
      'CRITICAL',
      'expected are 8 to 12 (± 20 % of 10, the median of the last 3 versions)',
    ],
    [[10, 10, 10], 7, 'CRITICAL', 'there are 7 rows'],
  ])('%j: %i rows are %s', async (history, count, status, words) => {
    const found = await ruleOf(text, `SELECT range AS n FROM range(${count})`, 'rows', { history });
    expect(found.status).toBe(status);
    expect(found.words).toContain(words);
  });

  it('are those of rows that are left to publish', async () => {
    const both =
      'contract: a\ncolumns: { n: { type: bigint, max: 4, severity: quarantine } }\nrules: [{ rows: { min: 8 } }]';
    const found = await ruleOf(both, 'SELECT range AS n FROM range(10)', 'rows');
    expect(found).toMatchObject({ status: 'CRITICAL', words: 'there are 5 rows, fewer than 8' });
  });
});

describe('freshness', () => {
  it.each([
    ["TIMESTAMPTZ '2026-11-29 22:00:00-05'", 'OK'],
    ["TIMESTAMPTZ '2026-11-27 23:00:00+02'", 'CRITICAL'],
    ["DATE '2026-11-28'", 'OK'],
    ["TIMESTAMP '2026-12-02'", 'OK'],
    ["'infinity'::TIMESTAMP", 'CRITICAL'],
  ])('of %s is %s', async (value, status) => {
    const text = 'contract: a\nrules: [{ fresh: { column: d, within: 2 days } }]';
    expect((await ruleOf(text, `SELECT ${value} AS d`, 'd fresh')).status).toBe(status);
    expect(NOW % DAY).toBe(0);
  });

  it('cannot be asked of a column that is no time', async () => {
    const found = await ruleOf(
      'contract: a\nrules: [{ fresh: { column: d, within: 1h } }]',
      "SELECT 'x' AS d",
      'd fresh',
    );
    expect(found.words).toBe('not checked: "d" is VARCHAR: it is no day or time');
  });
});

describe('custom SQL', () => {
  const sql = (query: string): string =>
    `contract: a\nrules: [{ sql: { name: it, query: ${JSON.stringify(query)} } }]`;

  it.each(
    [
      'SELECT 1; SELECT 2',
      'DROP TABLE counties',
      'DELETE FROM counties RETURNING *',
      'SELECT 1) UNION ALL (SELECT 2',
      "COPY (SELECT 1) TO '/tmp/escaped.csv'",
      "SELECT * FROM read_text('/etc/passwd')",
      "SELECT * FROM glob('/etc/*')",
      "ATTACH '/tmp/escaped.db'",
      'SET threads = 1',
      'SELECT * FROM nowhere',
      'SELECT nope FROM data',
      '',
    ].filter((query) => query !== ''),
  )('is one SELECT over the data and nothing else: %s', async (query) => {
    const found = await ruleOf(sql(query), 'SELECT 1 AS n', 'it');
    expect(found).toMatchObject({ status: 'CRITICAL', failing: 0 });
    expect(found.words).toMatch(/^not checked: /);
    const left = await connection.runAndReadAll('SELECT count(*) FROM counties');
    expect(left.getRows()).toEqual([[2n]]);
  });

  it('may end in a comment, and begin with WITH', async () => {
    expect(
      (
        await ruleOf(
          sql('WITH x AS (SELECT * FROM data) SELECT * FROM x -- all'),
          'SELECT 1 AS n',
          'it',
        )
      ).failing,
    ).toBe(1);
  });

  it('is ended when it takes too long, and the connection lives', async () => {
    const query =
      'SELECT count(*) AS c FROM range(100000000) a, range(1000000) b WHERE a.range + b.range = -1';
    const found = await ruleOf(sql(query), 'SELECT 1 AS n', 'it', { sqlSeconds: 0.2 });
    expect(found.words).toBe('not checked: the SQL took longer than 0.2 s');
    expect((await ruleOf(sql('SELECT 1'), 'SELECT 1 AS n', 'it')).failing).toBe(1);
  });

  it('is refused where the doors of the connection are open', async () => {
    const open = await (await DuckDBInstance.create(':memory:')).connect();
    await open.run('CREATE TABLE d AS SELECT 1 AS n');
    const { result } = await evaluateContract(open, 'd', contractOf(sql('SELECT 1')), {
      history: [],
      references: {},
      now: NOW,
    });
    open.closeSync();
    expect(result.rules.map(({ words }) => words).join()).toContain('closed to it');
  });
});

describe('rules that DuckDB does not take', () => {
  it('cost themselves alone', async () => {
    const text = `contract: a
columns:
  t: { pattern: "(a{1000}){1000}", enum: [x, y] }
  d: { type: date, min: 2026-02-30 }
  n: { type: int, max: 3 }
rules: [{ references: { column: n, dataset: counties, key: nope } }, { references: { column: t, dataset: towns, key: name } }]`;
    const { result } = await evaluate(text, "SELECT 'x' AS t, DATE '2026-01-01' AS d, 3 AS n");
    expect(
      result.rules.map(({ rule, status, words }) => [
        rule,
        status,
        words.startsWith('not checked'),
      ]),
    ).toEqual([
      ['columns', 'OK', false],
      ['t enum', 'OK', false],
      ['t pattern', 'CRITICAL', true],
      ['d range', 'CRITICAL', true],
      ['n range', 'OK', false],
      ['n in counties', 'CRITICAL', true],
      ['t in towns', 'CRITICAL', true],
    ]);
  });

  it('include no expression that takes for ever: RE2 reads each text once', async () => {
    const found = await ruleOf(
      'contract: a\ncolumns: { t: { pattern: "^(a+)+$" } }',
      "SELECT repeat('a', 100000) || 'b' AS t",
      't pattern',
    );
    expect(found.failing).toBe(1);
  });
});

describe('many', () => {
  it('rules are counted, and their result is small', async () => {
    const names = Array.from({ length: 500 }, (_, n) => `c${n}`);
    const text = `contract: a\ncolumns:\n${names.map((name) => `  ${name}: { type: bigint, min: 1, nullable: false }`).join('\n')}`;
    const { result } = await evaluate(
      text,
      `SELECT ${names.map((name) => `range AS ${name}`).join(', ')} FROM range(20)`,
    );
    expect(result.rules.length + (result.leftOff?.rules ?? 0)).toBe(1_001);
    expect(result.rules.filter(({ failing }) => failing === 1)).toHaveLength(500);
    expect(Buffer.byteLength(JSON.stringify(result))).toBeLessThan(262_144);
  }, 180_000);

  it('rows that all break rules leave nothing to publish, and that blocks', async () => {
    const { result } = await evaluate(
      'contract: a\ncolumns: { n: { min: 1, severity: quarantine } }',
      'SELECT 0 AS n',
    );
    expect(result).toMatchObject({ verdict: 'block', quarantined: 1, rows: 1 });
  });
});
