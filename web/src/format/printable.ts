/**
 * Makes foreign text safe to look at: terminal colours are taken out, other control characters and the marks that turn
 * the direction of text around become visible.
 * @module
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is its purpose
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is its purpose
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * @example printable('\u001b[31mred\u001b[0m') // 'red'
 */
export function printable(text: string): string {
  return text.replace(ESCAPES, '').replace(CONTROLS, (sign) => {
    const code = sign.charCodeAt(0);
    return code < 0x20
      ? String.fromCharCode(0x2400 + code)
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
