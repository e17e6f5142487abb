/**
 * Reads a file of Prometheus 1.x rules.
 *
 *     ALERT name IF expression [FOR duration] [LABELS {…}] [ANNOTATIONS {…}]
 *     name[{label="value", …}] = expression
 *
 * and what 0.x wrote instead: `WITH {…}` for LABELS, `SUMMARY "…" DESCRIPTION "…" RUNBOOK "…"` for annotations, `permanent`
 * before a recording rule. The expression is kept as it is written: 2.x reads the same language, but for three words that it
 * no longer has. It ends where the next clause begins, or the next rule, at no open bracket.
 *
 * Everything that is wrong is told at once: after a problem reading goes on at the next rule.
 *
 * Source: "Alerting rules" and "Recording rules" of Prometheus 1.8's documentation, promql/parse.go of 0.13 to 1.8,
 * "Prometheus 2.0 migration guide".
 * @module
 */
import { placeOf, RuleError, type RuleProblem, type Token, tokensOf, unquoted } from './tokens.js';

export interface Rule {
  readonly type: 'alert' | 'record';
  readonly name: string;
  readonly expression: string;
  /** As 2.x writes it: `15m`. */
  readonly for?: string;
  readonly labels: { readonly [name: string]: string };
  readonly annotations: { readonly [name: string]: string };
  /** What stood before it and within it, without `#`. */
  readonly comments: readonly string[];
}

export interface RuleFile {
  readonly rules: readonly Rule[];
  readonly problems: readonly RuleProblem[];
  /** Comments after the last rule. */
  readonly comments: readonly string[];
}

/** Clauses that end an expression, in small letters. */
const CLAUSES = new Set([
  'for',
  'with',
  'labels',
  'annotations',
  'summary',
  'description',
  'runbook',
]);
/** What 2.x no longer has, and what does the same. */
const GONE: { readonly [word: string]: string } = {
  keep_common:
    'Name the labels that are to stay with by (…), or those that are to go with without (…).',
  count_scalar: 'Write count(…) or vector(0), which also is 0 when there is nothing.',
  drop_common_labels: 'Name the labels that are to go with without (…).',
};
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
/** Units from the largest to the smallest, each once. */
const DURATION = /^(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$/;
const PAIRS: { readonly [open: string]: string } = { '(': ')', '[': ']', '{': '}' };
/** Bytes of a file. */
const LONGEST = 8 * 1024 * 1024;

/**
 * Reads rules and everything that is wrong with them. Never throws.
 * @example readRuleFile('ALERT Down IF up == 0 FOR 5m').rules[0]?.for // '5m'
 */
export function readRuleFile(text: string): RuleFile {
  if (text.length > LONGEST) {
    const fix = 'Cut it into several files.';
    return problem(text, new RuleError(0, `The file is larger than ${LONGEST} characters.`, fix));
  }
  try {
    return new Reader(text, tokensOf(text)).read();
  } catch (error) {
    if (error instanceof RuleError) return problem(text, error);
    throw error;
  }
}

function problem(text: string, error: RuleError): RuleFile {
  return { rules: [], problems: [toProblem(text, error)], comments: [] };
}

function toProblem(text: string, { at, message, fix }: RuleError): RuleProblem {
  return { ...placeOf(text, at), message, fix };
}

class Reader {
  readonly #text: string;
  /** Without comments. */
  readonly #tokens: readonly Token[];
  readonly #comments: Token[];
  #next = 0;

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text;
    this.#tokens = tokens.filter(({ kind }) => kind !== 'comment');
    this.#comments = tokens.filter(({ kind }) => kind === 'comment');
  }

  read(): RuleFile {
    const rules: Rule[] = [];
    const problems: RuleProblem[] = [];
    while (this.#peek().kind !== 'end') {
      const begin = this.#next;
      try {
        rules.push(this.#rule());
      } catch (error) {
        if (!(error instanceof RuleError)) throw error;
        problems.push(toProblem(this.#text, error));
        this.#skipRule(begin);
      }
    }
    return { rules, problems, comments: this.#commentsUntil(this.#text.length) };
  }

  #rule(): Rule {
    if (this.#isWord('permanent')) this.#take();
    if (this.#isWord('alert') && this.#peek(1).text !== '=') return this.#alert();
    if (this.#beginsRecord(this.#next)) return this.#record();
    throw new RuleError(
      this.#peek().at,
      `No rule begins with ${shown(this.#peek())}.`,
      'Begin it with ALERT name IF expression, or with name = expression.',
    );
  }

  #alert(): Rule {
    this.#take();
    const name = this.#name('The alert has no name.', 'Write ALERT name IF expression.');
    if (!this.#isWord('if')) {
      const message = `The alert ${name} says no condition.`;
      throw new RuleError(this.#peek().at, message, `Write IF and an expression after ${name}.`);
    }
    this.#take();
    const { text: expression, comments, end } = this.#expression(name);
    const clauses = this.#clauses(name);
    const all = [...comments, ...this.#commentsUntil(Math.max(end, this.#endOfLast()))];
    return { type: 'alert', name, expression, ...clauses, comments: all };
  }

  #record(): Rule {
    const name = this.#take().text;
    const labels = this.#peek().text === '{' ? this.#labelSet() : {};
    this.#take();
    const { text: expression, comments, end } = this.#expression(name);
    const all = [...comments, ...this.#commentsUntil(end)];
    return { type: 'record', name, expression, labels, annotations: {}, comments: all };
  }

  /** Everything up to the next clause or rule; comments before it are answered, those within it stay there. */
  #expression(name: string): { text: string; comments: string[]; end: number } {
    const begin = this.#peek().at;
    const comments = this.#commentsUntil(begin);
    const open: Token[] = [];
    let last: Token | undefined;
    for (;;) {
      const token = this.#peek();
      if (token.kind === 'end') break;
      // An alert that begins a line belongs to no bracket that was left open.
      if (open.length > 0 ? this.#beginsAlert() : this.#endsExpression(this.#next)) break;
      last = this.#take();
      const gone = last.kind === 'name' ? GONE[last.text.toLowerCase()] : undefined;
      if (gone !== undefined) {
        throw new RuleError(last.at, `Prometheus 2 has no ${last.text}.`, gone);
      }
      if (last.kind === 'symbol' && PAIRS[last.text]) open.push(last);
      if (last.kind === 'symbol' && ')]}'.includes(last.text)) expectPair(open.pop(), last);
    }
    const [left] = open;
    if (left) {
      const close = PAIRS[left.text];
      throw new RuleError(left.at, `This ${left.text} is never closed.`, `Close it with ${close}.`);
    }
    if (last === undefined) {
      throw new RuleError(begin, `${name} has no expression.`, 'Write what is to be computed.');
    }
    const end = last.at + last.text.length;
    while ((this.#comments[0]?.at ?? end) < end) this.#comments.shift();
    return { text: withoutIndent(this.#text.slice(begin, end)), comments, end };
  }

  #beginsAlert(): boolean {
    const isAlert = this.#isWord('alert') && this.#peek(2).text.toLowerCase() === 'if';
    return isAlert && this.#isFirstOfLine(this.#peek());
  }

  #endsExpression(index: number): boolean {
    const token = this.#tokens[index];
    if (token?.kind !== 'name') return false;
    const word = token.text.toLowerCase();
    if (word === 'alert' || word === 'permanent')
      return this.#peek(index - this.#next + 1).kind === 'name';
    return CLAUSES.has(word) || this.#beginsRecord(index);
  }

  /** A name, labels or none, and one `=`: nothing in an expression looks like that. */
  #beginsRecord(index: number): boolean {
    if (this.#tokens[index]?.kind !== 'name') return false;
    let at = index + 1;
    if (this.#tokens[at]?.text === '{') {
      while (this.#tokens[at] && this.#tokens[at]?.text !== '}') at += 1;
      at += 1;
    }
    return this.#tokens[at]?.text === '=';
  }

  #clauses(name: string): Pick<Rule, 'for' | 'labels' | 'annotations'> {
    let duration: string | undefined;
    let labels: { readonly [name: string]: string } = {};
    let annotations: { readonly [name: string]: string } = {};
    const seen = new Set<string>();
    while (this.#peek().kind === 'name' && CLAUSES.has(this.#peek().text.toLowerCase())) {
      const clause = this.#take();
      const word = clause.text.toLowerCase();
      if (seen.has(word)) {
        const message = `${name} says ${clause.text} twice.`;
        throw new RuleError(clause.at, message, 'Keep one of the two.');
      }
      seen.add(word);
      if (word === 'for') duration = this.#duration();
      else if (word === 'with' || word === 'labels') labels = this.#labelSet();
      else if (word === 'annotations')
        annotations = { ...annotations, ...this.#labelSet(isTemplate) };
      else annotations = { ...annotations, [word]: this.#quoted(isTemplate) };
    }
    return { ...(duration === undefined ? {} : { for: duration }), labels, annotations };
  }

  #duration(): string {
    const token = this.#take();
    if (token.text === '0') return '0s';
    if (token.kind === 'duration' && DURATION.test(token.text)) return token.text;
    const fix = 'Write a whole number and one of s, m, h, d, w, y: FOR 15m.';
    throw new RuleError(token.at, `${shown(token)} is no duration.`, fix);
  }

  #quoted(check: (text: string, at: number) => void): string {
    const token = this.#take();
    if (token.kind !== 'string') {
      throw new RuleError(token.at, `${shown(token)} is no text.`, 'Put it into quotes.');
    }
    const text = unquoted(token);
    check(text, token.at);
    return text;
  }

  #labelSet(check: (text: string, at: number) => void = isTemplate): { [name: string]: string } {
    const open = this.#take();
    if (open.text !== '{') {
      const fix = 'Write { name = "value", … }.';
      throw new RuleError(open.at, `Here labels begin, and ${shown(open)} is no {.`, fix);
    }
    const labels: { [name: string]: string } = {};
    while (this.#peek().text !== '}') {
      const name = this.#take();
      if (name.kind !== 'name' || !LABEL.test(name.text) || name.text === '__name__') {
        const fix = 'Write letters, digits and _, beginning with a letter or _.';
        throw new RuleError(name.at, `${shown(name)} is no name of a label.`, fix);
      }
      if (Object.hasOwn(labels, name.text)) {
        throw new RuleError(name.at, `${name.text} is there twice.`, 'Keep one of the two.');
      }
      const equals = this.#take();
      if (equals.text !== '=') {
        const fix = `Write ${name.text} = "value".`;
        throw new RuleError(
          equals.at,
          `After ${name.text} comes =, and not ${shown(equals)}.`,
          fix,
        );
      }
      labels[name.text] = this.#quoted(check);
      const after = this.#peek();
      if (after.text === ',') this.#take();
      else if (after.text !== '}') {
        const fix = 'Put a comma between two labels, and } after the last one.';
        throw new RuleError(after.at, `After a label comes , or }, and not ${shown(after)}.`, fix);
      }
    }
    this.#take();
    return labels;
  }

  #name(message: string, fix: string): string {
    const token = this.#take();
    if (token.kind !== 'name') throw new RuleError(token.at, message, fix);
    return token.text;
  }

  /** To where the next rule begins. @param begin where the broken one does: reading goes on behind it */
  #skipRule(begin: number): void {
    if (this.#next === begin) this.#take();
    while (this.#peek().kind !== 'end' && !this.#isNextRule()) this.#take();
    this.#commentsUntil(this.#peek().at);
  }

  /** A rule begins here, and a line. */
  #isNextRule(): boolean {
    const isAlert = this.#isWord('alert') && this.#peek(1).kind === 'name';
    return (isAlert || this.#beginsRecord(this.#next)) && this.#isFirstOfLine(this.#peek());
  }

  #isFirstOfLine({ at }: Token): boolean {
    return this.#text.slice(this.#text.lastIndexOf('\n', at - 1) + 1, at).trim() === '';
  }

  #commentsUntil(at: number): string[] {
    const found: string[] = [];
    while (this.#comments[0] !== undefined && this.#comments[0].at < at) {
      found.push(this.#comments.shift()?.text.slice(1).trimEnd() ?? '');
    }
    return found;
  }

  #endOfLast(): number {
    const last = this.#tokens[this.#next - 1];
    return last === undefined ? 0 : last.at + last.text.length;
  }

  #isWord(word: string): boolean {
    const { kind, text } = this.#peek();
    return kind === 'name' && text.toLowerCase() === word;
  }

  #peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)] as Token;
  }

  #take(): Token {
    const token = this.#peek();
    if (token.kind !== 'end') this.#next += 1;
    return token;
  }
}

function expectPair(open: Token | undefined, close: Token): void {
  if (open === undefined) {
    throw new RuleError(close.at, `This ${close.text} closes nothing.`, 'Remove it.');
  }
  const wanted = PAIRS[open.text];
  if (wanted === close.text) return;
  const message = `${close.text} stands where ${wanted} would close ${open.text}.`;
  throw new RuleError(close.at, message, `Write ${wanted}.`);
}

/** `{{ … }}` must be closed: 2.x refuses the whole file otherwise. */
function isTemplate(text: string, at: number): void {
  for (let begin = text.indexOf('{{'); begin >= 0; begin = text.indexOf('{{', begin + 2)) {
    const end = text.indexOf('}}', begin);
    if (end < 0) {
      const fix = 'Close it with }}, as in {{ $labels.job }}.';
      throw new RuleError(at, 'A template {{ in this text is never closed.', fix);
    }
    begin = end;
  }
}

function shown({ kind, text }: Token): string {
  return kind === 'end' ? 'the end of the file' : text;
}

/** Lines after the first keep their indentation relative to each other. */
function withoutIndent(text: string): string {
  const [first = '', ...rest] = text
    .split(/\r?\n/)
    .map((line) => line.replaceAll('\t', '  ').trimEnd());
  const indents = rest.filter((line) => line !== '').map((line) => line.search(/\S/));
  const common = indents.length === 0 ? 0 : Math.min(...indents);
  return [first, ...rest.map((line) => line.slice(common))].join('\n');
}
