/**
 * Seeded changes of requests, for tests that send what nobody would send on purpose.
 * @module
 */

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ODD: readonly unknown[] = [
  null,
  '',
  ' ',
  0,
  -1,
  1e308,
  2 ** 53,
  true,
  [],
  {},
  [null],
  '\u0000',
  '\ud800',
  '😀'.repeat(100),
  'x'.repeat(10_000),
  '../../../etc/passwd',
  "' OR 1=1 --",
  '%s%n%x',
  '{% $eval("1") %}',
  '__proto__',
  'arn:aws:states:::',
  ':::::::',
  '{"__proto__":{"polluted":true}}',
  '[[[[[[[[',
  '1e999',
  '"\\ud800"',
];

/** Changes one place of the value. */
export function mutate(value: unknown, random: () => number): unknown {
  if (random() < 0.3 || typeof value !== 'object' || value === null) {
    if (typeof value === 'string' && random() < 0.6) return mutateText(value, random);
    return ODD[Math.floor(random() * ODD.length)];
  }
  const keys = Object.keys(value);
  if (Array.isArray(value)) {
    const index = Math.floor(random() * (value.length + 1));
    return value.toSpliced(index, 1, mutate(value[index], random));
  }
  const name = keys[Math.floor(random() * keys.length)] ?? 'name';
  const { [name]: inner, ...rest } = value as Record<string, unknown>;
  if (random() < 0.15) return rest;
  if (random() < 0.1) return { ...rest, [`${name}X`]: inner };
  return { ...rest, [name]: mutate(inner, random) };
}

export function mutateText(text: string, random: () => number): string {
  const at = Math.floor(random() * (text.length + 1));
  const length = Math.floor(random() * 8);
  const insertions = ['', '"', '{', ']', '\\', '\u0000', ':', '/', '#', 'é', '%}', '$', '0'];
  const inserted = insertions[Math.floor(random() * insertions.length)] ?? '';
  return text.slice(0, at) + inserted + text.slice(at + length);
}
