/**
 * What the store's writing texts do, as far as it matters to whoever would carry out many as one (many-rows.ts).
 *
 * Three forms are known: rows that are put, and rows that are changed or deleted by columns that are equal to something. Every
 * other text is `other`, of which nothing is known but perhaps the table.
 * @module
 */

/** `given`: for each column the place of its value among the statement's, or the literal that stands in the text. */
export interface InsertShape {
  readonly kind: 'insert';
  readonly table: string;
  readonly columns: readonly string[];
  readonly given: readonly (number | string)[];
  /** The columns by which a row may be there already, and those that it then gets anew. */
  readonly conflict:
    | { readonly columns: readonly string[]; readonly set: readonly string[] }
    | undefined;
  /** The text after the values. */
  readonly tail: string;
}

/** Its values: those of `set`, then those of `where`. */
export interface UpdateShape {
  readonly kind: 'update';
  readonly table: string;
  readonly set: readonly string[];
  readonly where: readonly string[];
}

export interface DeleteShape {
  readonly kind: 'delete';
  readonly table: string;
  readonly where: readonly string[];
}

/** A text of one of the three forms. */
export type KnownShape = InsertShape | UpdateShape | DeleteShape;
export type Shape = KnownShape | { readonly kind: 'other'; readonly table: string | undefined };

const INSERT =
  /^INSERT INTO (\w+) \(([\w, ]+)\) VALUES \(([^()]+)\)( ON CONFLICT \(([\w, ]+)\) DO (.+))?$/;
const UPDATE = /^UPDATE (\w+) SET (.+) WHERE (.+)$/;
const DELETE = /^DELETE FROM (\w+) WHERE (.+)$/;
const EQUALS = /^(\w+) = \?$/;
const EXCLUDED = /^(\w+) = excluded\.(\w+)$/;
const LITERAL = /^'[^',?]*'$/;
const TABLE = /^(?:INSERT INTO|UPDATE|DELETE FROM) (\w+)/;

const shapes = new Map<string, Shape>();

/**
 * The shape of a text; placeholders are `?`.
 * @example shapeOf('DELETE FROM timers WHERE execution = ?') // { kind: 'delete', table: 'timers', where: ['execution'] }
 */
export function shapeOf(sql: string): Shape {
  const known = shapes.get(sql);
  if (known !== undefined) return known;
  const text = sql.trim().replaceAll(/\s+/g, ' ');
  const shape = insertIn(text) ??
    updateIn(text) ??
    deleteIn(text) ?? { kind: 'other' as const, table: TABLE.exec(text)?.[1] };
  shapes.set(sql, shape);
  return shape;
}

function insertIn(text: string): InsertShape | undefined {
  const [found, table = '', names = '', values = '', tail = '', key, does = ''] =
    INSERT.exec(text) ?? [];
  if (found === undefined) return undefined;
  const columns = names.split(', ');
  let place = 0;
  const given = values.split(', ').map((value) => {
    if (value === '?') return place++;
    return LITERAL.test(value) ? value : undefined;
  });
  const set = does === 'NOTHING' ? [] : changesIn(does.replace('UPDATE SET ', ''), EXCLUDED);
  const isKnown = given.length === columns.length && !given.includes(undefined);
  if (!isKnown || (key !== undefined && set === undefined)) return undefined;
  return {
    kind: 'insert',
    ...{ table, columns, tail },
    given: given as (number | string)[],
    conflict: key === undefined ? undefined : { columns: key.split(', '), set: set ?? [] },
  };
}

function updateIn(text: string): UpdateShape | undefined {
  const [, table = '', changes = '', conditions = ''] = UPDATE.exec(text) ?? [];
  const set = changesIn(changes, EQUALS);
  const where = equalsIn(conditions);
  return set && where && { kind: 'update', table, set, where };
}

function deleteIn(text: string): DeleteShape | undefined {
  const [, table = '', conditions = ''] = DELETE.exec(text) ?? [];
  const where = equalsIn(conditions);
  return where && { kind: 'delete', table, where };
}

function changesIn(text: string, form: RegExp): string[] | undefined {
  return namesIn(text.split(', '), form);
}

function equalsIn(text: string): string[] | undefined {
  return namesIn(text.split(' AND '), EQUALS);
}

/** The names in parts that all have a form; one that has two names has the same twice. */
function namesIn(parts: readonly string[], form: RegExp): string[] | undefined {
  const names = parts.map((part) => {
    const [, name, again = name] = form.exec(part) ?? [];
    return name === again ? name : undefined;
  });
  return names.includes(undefined) ? undefined : (names as string[]);
}
