/**
 * The one search grammar: `status:failed tag.county:monroe -env:dev started:>24h error:"AccessDenied" free text`.
 *
 *     query  = term, term, …              all must hold
 *     term   = ["-"] text | ["-"] name ":" value {"," value}     "-": must not hold; ",": one of them
 *     value  = [">" | ">=" | "<" | "<="] (word | "quoted text") | a ".." b
 *
 * A name is a field of the kind of thing that is searched (`fields.ts`), `tag.KEY`, a member (`field.KEY`, `detail.KEY`), or,
 * when it is nothing of these, the key of a tag. A length of time in place of an instant is the instant so long ago, and `>` is
 * later: `started:>24h` is what started within the last day. `since:` and `until:` are about the time of the thing. Case never
 * matters, and `*` outside of quotes is any text.
 *
 * Every problem of a query is told at once, with its column, why, and what to write instead.
 * @module
 */
import { FIELDS, type FieldTable } from './fields.js';
import { foldedText } from './folded-text.js';
import { nearestName } from './near-names.js';
import type { QueryProblem, SearchKind, SearchQuery, Term } from './query.js';
import { QUERY_LIMIT, type RawTerm, rawTerms, type Word } from './tokens.js';
import { type Parsed, parseMember, parsePattern, parseSpan, parseWord } from './values.js';

/** Terms of one query, and values of one term, at most. */
const MOST = 64;

export type ParsedQuery =
  | { readonly query: SearchQuery; readonly problems?: undefined }
  | { readonly problems: readonly QueryProblem[] };

/**
 * What a text means for one kind of thing, or everything that is wrong with it.
 *
 * @param now milliseconds since the epoch, from which lengths of time count back
 * @example
 * const parsed = parseQuery('level:error since:24h "Access Denied"', 'logs', clock.now());
 * if (parsed.problems) throw refusal(parsed.problems);
 */
export function parseQuery(text: string, kind: SearchKind, now: number): ParsedQuery {
  if (text.length > QUERY_LIMIT) {
    const why = `the search has ${text.length} characters, and may have ${QUERY_LIMIT}`;
    return { problems: [{ column: QUERY_LIMIT + 1, length: 1, why, fix: 'ask for less at once' }] };
  }
  const problems: QueryProblem[] = [];
  const raw = rawTerms(text, problems);
  const extra = raw[MOST];
  if (extra !== undefined) {
    const word = extra.name ?? extra.values[0];
    const column = word?.column ?? 1;
    const why = `the search has more than ${MOST} terms`;
    problems.push({
      column,
      length: 1,
      why,
      fix: 'write alternatives in one term: tag.county:a,b',
    });
  }
  const parser = new Parser(FIELDS[kind], now, problems);
  const terms = raw.slice(0, MOST).flatMap((one) => parser.term(one) ?? []);
  return problems.length > 0 ? { problems } : { query: { kind, terms } };
}

/** A problem as one line. @example problemText(problem) // 'column 1: there is no field statsu: did you mean status?' */
export function problemText({ column, why, fix }: QueryProblem): string {
  return `column ${column}: ${why}: ${fix}`;
}

class Parser {
  readonly #table: FieldTable;
  readonly #now: number;
  readonly #problems: QueryProblem[];

  constructor(table: FieldTable, now: number, problems: QueryProblem[]) {
    this.#table = table;
    this.#now = now;
    this.#problems = problems;
  }

  term({ not, name, values }: RawTerm): Term | undefined {
    if (name === undefined) return this.#freeText(not, values);
    if (values.length === 0) {
      const fix = `write ${name.text}:VALUE without a space, or "${name.text}:" for the text`;
      return this.#refuse(name, 'there is no value after the colon', fix);
    }
    if (values.length > MOST) {
      return this.#refuse(name, `it has more than ${MOST} values`, 'ask for less at once');
    }
    return this.#named(not, name, values);
  }

  #freeText(not: boolean, values: readonly Word[]): Term | undefined {
    // What stands side by side without a space is one text, as in say"hello".
    const [first] = values;
    if (first === undefined) return undefined;
    const text = values.map((value) => value.text).join('');
    const last = values.at(-1) as Word;
    const whole: Word = {
      text,
      isQuoted: values.some(({ isQuoted }) => isQuoted),
      column: first.column,
      length: last.column + last.length - first.column,
    };
    if (!whole.isQuoted && (text === 'OR' || text === '|')) {
      const fix = 'alternatives stand in one term, with a comma: status:failed,aborted';
      return this.#refuse(whole, `${text} is no part of the grammar`, fix);
    }
    if (!whole.isQuoted && (text === 'AND' || text === 'NOT')) {
      const fix = 'all terms must hold; what must not has a - before it: -env:dev';
      return this.#refuse(whole, `${text} is no part of the grammar`, fix);
    }
    const any = this.#all([whole], parsePattern);
    return any && { not, is: 'text', any };
  }

  #named(not: boolean, name: Word, values: readonly Word[]): Term | undefined {
    const { fields, members, time } = this.#table;
    const field = foldedText(name.text);
    if (field.startsWith('tag.')) return this.#tag(not, field.slice(4), name, values);
    if (members !== undefined && field.startsWith(`${members}.`)) {
      const path = field.slice(members.length + 1).split('.');
      if (path.some((key) => key === '')) {
        return this.#refuse(name, 'the path has a gap', `write ${members}.NAME`);
      }
      const any = this.#all(values, parseMember);
      return any && { not, is: 'member', path, any };
    }
    if (field === 'since' || field === 'until') return this.#bound(not, field, time, values);
    const known = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (known === undefined) return this.#unknown(not, field, name, values);
    switch (known.type) {
      case 'name':
      case 'contains': {
        const any = this.#all(
          values,
          (word) => this.#uncompared(word, field) ?? parsePattern(word),
        );
        return any && { not, is: known.type, field, any };
      }
      case 'words': {
        const { words } = known;
        const any = this.#all(
          values,
          (word) => this.#uncompared(word, field) ?? parseWord(word, words),
        );
        return any && { not, is: 'name', field, any };
      }
      default: {
        const { type } = known;
        const any = this.#all(values, (word) => parseSpan(word, type, this.#now));
        return any && { not, is: 'span', field, any };
      }
    }
  }

  /** Texts have no order. */
  #uncompared(word: Word, field: string): { fault: { why: string; fix: string } } | undefined {
    if (word.isQuoted || !/^[<>]/.test(word.text)) return undefined;
    const why = `${field} cannot be compared with ${word.text[0]}`;
    return { fault: { why, fix: `write ${field}:${word.text.replace(/^[<>=]+/, '') || 'VALUE'}` } };
  }

  #tag(not: boolean, key: string, name: Word, values: readonly Word[]): Term | undefined {
    if (key === '') return this.#refuse(name, 'the tag has no key', 'write tag.KEY:VALUE');
    const any = this.#all(
      values,
      (word) => this.#uncompared(word, name.text) ?? parsePattern(word),
    );
    return any && { not, is: 'tag', key, any };
  }

  #bound(
    not: boolean,
    bound: 'since' | 'until',
    field: string,
    values: readonly Word[],
  ): Term | undefined {
    const operator = bound === 'since' ? '>=' : '<';
    const any = this.#all(values, (word) => {
      if (/^[<>=]/.test(word.text)) {
        const rest = word.text.replace(/^[<>=]+/, '');
        return { fault: { why: `${bound} is a bound already`, fix: `write ${bound}:${rest}` } };
      }
      return parseSpan({ ...word, text: operator + word.text }, 'time', this.#now);
    });
    return any && { not, is: 'span', field, any };
  }

  #unknown(not: boolean, field: string, name: Word, values: readonly Word[]): Term | undefined {
    const { fields, members, one } = this.#table;
    const [value] = values;
    if (value && !value.isQuoted && value.text.startsWith('//')) {
      const text = `${name.text}:${value.text}`;
      return this.#refuse(name, 'an address is read as a name and a value', `write "${text}"`);
    }
    const near = nearestName(field, [...Object.keys(fields), 'since', 'until']);
    if (near !== undefined) {
      const fix = `did you mean ${near}:? A tag of this name is written tag.${name.text}:`;
      return this.#refuse(name, `${one} has no field ${name.text}`, fix);
    }
    const word = ['tag', members].find((one) => one === field || `${one}s` === field);
    if (word !== undefined) {
      return this.#refuse(name, `${name.text} needs the name of one`, `write ${word}.NAME:VALUE`);
    }
    return this.#tag(not, field, name, values);
  }

  /** All of them, or undefined when one is wrong; then each that is has been told. */
  #all<Value>(
    words: readonly Word[],
    parse: (word: Word) => Parsed<Value>,
  ): readonly Value[] | undefined {
    const all: Value[] = [];
    for (const word of words) {
      const parsed = parse(word);
      if ('fault' in parsed) this.#refuse(word, parsed.fault.why, parsed.fault.fix);
      else all.push(parsed.value);
    }
    return all.length === words.length ? all : undefined;
  }

  #refuse({ column, length }: Word, why: string, fix: string): undefined {
    this.#problems.push({ column, length, why, fix });
  }
}
