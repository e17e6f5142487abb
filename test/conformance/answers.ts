/**
 * Compares recorded answers with actual ones. What the recording replaced is bound when it first appears and must stay the
 * same; members that newer versions of a service added are no difference.
 * @module
 */

export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Members = { [key: string]: Value };

/** Values of the texts that stand for what was replaced. */
export class Answers {
  readonly bound: Map<string, string> = new Map();
  readonly #token: RegExp;
  readonly #dates: RegExp;
  readonly #lossy: ReadonlySet<string>;

  /**
   * @param token texts that stand for a replaced value; global
   * @param dates paths of members that are times
   * @param lossy paths whose values cannot be told
   */
  constructor(token: RegExp, dates: RegExp, lossy: readonly string[]) {
    this.#token = token;
    this.#dates = dates;
    this.#lossy = new Set(lossy);
  }

  /** The first difference. */
  compare(expected: Value, actual: Value | undefined, at: string): string | undefined {
    if (this.#lossy.has(at) || (actual as unknown) instanceof Date || this.#dates.test(at)) {
      return actual === undefined ? `${at} is missing` : undefined;
    }
    if (typeof expected === 'object' && expected !== null && typeof actual === 'string') {
      return this.compare(expected, JSON.parse(actual) as Value, at);
    }
    if (Array.isArray(expected)) {
      if (!Array.isArray(actual) || actual.length !== expected.length) {
        return `${at}: ${show(actual)} is not ${show(expected)}`;
      }
      return first(expected, (item, index) => this.compare(item, actual[index], `${at}/${index}`));
    }
    if (typeof expected === 'object' && expected !== null) {
      if (typeof actual !== 'object' || actual === null) return `${at}: ${show(actual)}`;
      return first(Object.entries(expected), ([name, value]) =>
        this.compare(value, (actual as Members)[name], `${at}/${name}`),
      );
    }
    if (typeof expected === 'string' && typeof actual === 'string') {
      return this.#matches(expected, actual)
        ? undefined
        : `${at}: '${actual}' is not '${expected}'`;
    }
    return expected === actual ? undefined : `${at}: ${show(actual)} is not ${show(expected)}`;
  }

  /** Compares texts; what stands for a replaced value is bound to what is there. */
  #matches(expected: string, actual: string): boolean {
    if (expected === actual) return true;
    const tokens: string[] = [];
    let last = 0;
    let pattern = '';
    for (const match of expected.matchAll(this.#token)) {
      pattern += literally(expected.slice(last, match.index));
      const known = this.bound.get(match[0]);
      if (known === undefined) {
        tokens.push(match[0]);
        pattern += '(.+?)';
      } else pattern += literally(known);
      last = match.index + match[0].length;
    }
    const found = new RegExp(`^${pattern}${literally(expected.slice(last))}$`, 's').exec(actual);
    if (!found) return false;
    for (const [index, token] of tokens.entries()) {
      this.bound.set(token, found[index + 1] as string);
    }
    return true;
  }
}

function first<Item>(
  items: readonly Item[],
  compare: (item: Item, index: number) => string | undefined,
): string | undefined {
  for (const [index, item] of items.entries()) {
    const difference = compare(item, index);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 300);
}
