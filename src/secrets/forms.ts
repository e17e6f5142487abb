/**
 * The forms in which a value turns up again: as it is, inside of JSON, of a URL, of base64.
 *
 * In base64 a value looks different by where it begins, modulo three bytes: of each of the three alignments the part is
 * taken that depends on the value alone.
 * @module
 */

/** Shorter forms would be found everywhere. */
export const SHORTEST = 6;

/**
 * Every text by which a value is recognised, without repetition.
 * @example formsOf('a b/c-secret').includes('a%20b%2Fc-secret') // true
 */
export function formsOf(value: string): string[] {
  const inJson = JSON.stringify(value).slice(1, -1);
  // Half a character cannot be encoded.
  const inUrl = encodeURIComponent(value.replaceAll(/\p{Surrogate}/gu, '\ufffd'));
  const strict = inUrl.replaceAll(/[!'()*]/g, (one) => `%${hexOf(one)}`);
  const forms = [
    value,
    inJson,
    inJson.replaceAll('/', '\\/'),
    // JSON that stands as a text in JSON.
    JSON.stringify(inJson).slice(1, -1),
    inUrl,
    strict,
    lowerHex(inUrl),
    lowerHex(strict),
    strict.replaceAll('%20', '+'),
    ...base64Forms(Buffer.from(value)),
  ];
  return [...new Set(forms)].filter((form) => form.length >= SHORTEST);
}

function base64Forms(bytes: Buffer): string[] {
  const forms: string[] = [];
  for (const offset of [0, 1, 2]) {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
    const whole = Math.floor((padded.length * 8) / 6);
    // Characters that hold bits of what stands before belong to that.
    const core = padded.toString('base64').slice(offset === 0 ? 0 : offset + 1, whole);
    forms.push(core, core.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return forms;
}

function hexOf(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase();
}

function lowerHex(text: string): string {
  return text.replaceAll(/%[0-9A-F]{2}/g, (one) => one.toLowerCase());
}
