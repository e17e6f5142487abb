/**
 * UTF-8 without `TextEncoder`: this folder runs wherever JavaScript runs, also where there is no such global.
 * @module
 */

const REPLACEMENT = 0xfffd;

/** The UTF-8 bytes of a text; a lone surrogate becomes U+FFFD, as everywhere on the web. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let length = 0;
  for (let index = 0; index < text.length; index += 1) {
    let code = text.charCodeAt(index);
    if (code < 0x80) {
      bytes[length++] = code;
      continue;
    }
    if (code >= 0xd800 && code <= 0xdfff) {
      const whole = text.codePointAt(index) ?? REPLACEMENT;
      code = whole > 0xffff ? whole : REPLACEMENT;
      if (whole > 0xffff) index += 1;
    }
    if (code < 0x800) {
      bytes[length++] = 0xc0 | (code >> 6);
    } else {
      if (code < 0x10000) {
        bytes[length++] = 0xe0 | (code >> 12);
      } else {
        bytes[length++] = 0xf0 | (code >> 18);
        bytes[length++] = 0x80 | ((code >> 12) & 0x3f);
      }
      bytes[length++] = 0x80 | ((code >> 6) & 0x3f);
    }
    bytes[length++] = 0x80 | (code & 0x3f);
  }
  return bytes.slice(0, length);
}

/** The text of UTF-8 bytes; each byte that is no UTF-8 becomes U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let index = 0; index < bytes.length; ) {
    const first = bytes[index] ?? 0;
    const size =
      first < 0x80
        ? 1
        : first < 0xc2
          ? 0
          : first < 0xe0
            ? 2
            : first < 0xf0
              ? 3
              : first < 0xf5
                ? 4
                : 0;
    const code = size === 0 ? undefined : codePoint(bytes, index, size);
    parts.push(String.fromCodePoint(code ?? REPLACEMENT));
    index += code === undefined ? 1 : size;
  }
  return parts.join('');
}

/** Smallest code point that needs so many bytes; a smaller one is written too long and therefore invalid. */
const SMALLEST = [0, 0, 0x80, 0x800, 0x10000];

function codePoint(bytes: Uint8Array, start: number, size: number): number | undefined {
  const first = bytes[start] ?? 0;
  let code = size === 1 ? first : first & (0xff >> (size + 1));
  for (let offset = 1; offset < size; offset += 1) {
    const byte = bytes[start + offset];
    if (byte === undefined || (byte & 0xc0) !== 0x80) return undefined;
    code = (code << 6) | (byte & 0x3f);
  }
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  return isSurrogate || code > 0x10ffff || code < (SMALLEST[size] ?? 0) ? undefined : code;
}
