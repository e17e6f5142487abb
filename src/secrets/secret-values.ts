/**
 * A set of values that are known to be secret, and finding them in text in all their forms.
 *
 * A text is looked at every third character only: every form has at least six, so four characters in a row of it begin at
 * one of these places, whatever stands before it. What is found there is compared whole.
 * @module
 */
import { formsOf, SHORTEST } from './forms.js';

export const MASK = '***';
/** Characters of a gram. */
const GRAM = 4;
/** Grams of a form that must be known: one of them begins at a place that is looked at. */
const STRIDE = SHORTEST - GRAM + 1;
/** Values of a set, unless it is said otherwise: what comes after them is masked by its name only. */
const MOST = 2_000;
/** Longer values (a key in a file) are recognised by their beginning and their end. */
const LONGEST = 4_096;
const WORDS = /^(true|false|null|none|undefined|default|example|changeme|secret|password|token)$/i;

interface Gram {
  form: string;
  offset: number;
}

export class SecretValues {
  readonly #values = new Set<string>();
  readonly #byGram = new Map<number, Gram[]>();
  /** One bit a gram: most places of a text are done with after one look. */
  readonly #seen = new Uint8Array(8_192);

  readonly #most: number;

  /** @param most values beyond are masked by their names only */
  constructor(values: Iterable<string> = [], most: number = MOST) {
    this.#most = most;
    for (const value of values) this.add(value);
  }

  get size(): number {
    return this.#values.size;
  }

  /** In the order in which they came. */
  values(): string[] {
    return [...this.#values];
  }

  /** False when it is known already, or nothing that can be told from other text. */
  add(value: string): boolean {
    if (!isRecognisable(value) || this.#values.has(value) || this.#values.size >= this.#most)
      return false;
    this.#values.add(value);
    const parts =
      value.length <= LONGEST ? [value] : [value.slice(0, LONGEST), value.slice(-LONGEST)];
    for (const form of parts.flatMap(formsOf)) this.#addForm(form);
    return true;
  }

  /** It is nobody's secret any more: what comes after it has room. False when it was not known. */
  remove(value: string): boolean {
    if (!this.#values.delete(value)) return false;
    const parts =
      value.length <= LONGEST ? [value] : [value.slice(0, LONGEST), value.slice(-LONGEST)];
    for (const form of parts.flatMap(formsOf)) {
      for (let offset = 0; offset < STRIDE; offset += 1) {
        const gram = gramAt(form, offset);
        const left = this.#byGram.get(gram)?.filter((known) => known.form !== form) ?? [];
        if (left.length === 0) this.#byGram.delete(gram);
        else this.#byGram.set(gram, left);
      }
    }
    return true;
  }

  #addForm(form: string): void {
    for (let offset = 0; offset < STRIDE; offset += 1) {
      const gram = gramAt(form, offset);
      this.#seen[(gram >>> 3) & 8_191] =
        (this.#seen[(gram >>> 3) & 8_191] ?? 0) | (1 << (gram & 7));
      const known = this.#byGram.get(gram);
      if (known) known.push({ form, offset });
      else this.#byGram.set(gram, [{ form, offset }]);
    }
  }

  /** Whether one of the values stands in the text. */
  isIn(text: string): boolean {
    return this.#find(text, () => true);
  }

  /** The text with `***` in place of every value that stands in it. */
  mask(text: string): string {
    const found: [number, number][] = [];
    this.#find(text, (start, end) => {
      found.push([start, end]);
      return false;
    });
    return found.length === 0 ? text : withoutRanges(text, found);
  }

  /** Calls back for what it finds, until that answers true. */
  #find(text: string, stop: (start: number, end: number) => boolean): boolean {
    if (this.#values.size === 0) return false;
    const seen = this.#seen;
    for (let at = 0; at <= text.length - GRAM; at += STRIDE) {
      const gram = gramAt(text, at);
      if (((seen[(gram >>> 3) & 8_191] ?? 0) & (1 << (gram & 7))) === 0) continue;
      for (const { form, offset } of this.#byGram.get(gram) ?? []) {
        const start = at - offset;
        if (start >= 0 && text.startsWith(form, start) && stop(start, start + form.length)) {
          return true;
        }
      }
    }
    return false;
  }
}

/** False for what is too short or too common: masking it would make text unreadable and tell more than it hides. */
export function isRecognisable(value: string): boolean {
  if (value.length < SHORTEST || WORDS.test(value)) return false;
  return value.length >= 8 || /[^a-z]/.test(value);
}

function gramAt(text: string, at: number): number {
  const a = text.charCodeAt(at);
  const b = text.charCodeAt(at + 1);
  const c = text.charCodeAt(at + 2);
  const d = text.charCodeAt(at + 3);
  return ((a * 4_913) ^ (b * 289) ^ (c * 17) ^ d) & 0xffff;
}

function withoutRanges(text: string, found: [number, number][]): string {
  found.sort(([a], [b]) => a - b);
  let masked = '';
  let from = 0;
  for (const [start, end] of found) {
    if (end <= from) continue;
    // Values that overlap become one.
    if (start >= from) masked += text.slice(from, start) + MASK;
    from = end;
  }
  return masked + text.slice(from);
}
