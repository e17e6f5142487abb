/**
 * Counts and sizes as people say them.
 * @module
 */
const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** @example formatAmount(12345) // '12,345' */
export function formatAmount(count: number): string {
  return whole.format(count);
}

/**
 * @param bytes a size; thousands, not 1024s
 * @example formatBytes(1_250_000) // '1.3 MB'
 */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? whole.format(value) : value.toFixed(1)} ${UNITS[unit]}`;
}
