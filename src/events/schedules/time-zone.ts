/**
 * Wall-clock time of IANA zones, to and from instants.
 *
 * A local time is written as the milliseconds that the same calendar fields would have in UTC ("wall milliseconds").
 * The zone rules are those of the runtime (ICU), read through `Intl`, which needs no clock. Reading them costs
 * microseconds, so offsets are remembered per zone: at the bounds of UTC days, and exactly only on days that have a
 * change between their bounds.
 * @module
 */
const DAY = 86_400_000;
const REMEMBERED_OFFSETS = 4096;
const REMEMBERED_ZONES = 700;

interface Zone {
  format: Intl.DateTimeFormat;
  offsets: Map<number, number>;
}

const zones = new Map<string, Zone>();

/**
 * Whether the runtime knows a zone by this name. Offsets such as `+02:00` are no zones: they know no summer.
 * @example isTimeZone('Europe/Berlin') // true
 */
export function isTimeZone(name: string): boolean {
  if (name === 'UTC') return true;
  if (name.length > 64 || !/^[A-Za-z]/.test(name)) return false;
  try {
    openZone(name);
    return true;
  } catch {
    return false;
  }
}

/**
 * How far the wall clock of a zone is ahead of UTC at an instant, in milliseconds.
 * @throws RangeError when the zone is unknown; ask `isTimeZone` first
 * @example zoneOffset('Asia/Kolkata', 0) // 19800000
 */
export function zoneOffset(zone: string, instant: number): number {
  if (zone === 'UTC') return 0;
  const known = openZone(zone);
  const day = Math.floor(instant / DAY) * DAY;
  const before = rememberedOffset(known, day);
  return before === rememberedOffset(known, day + DAY) ? before : rememberedOffset(known, instant);
}

/**
 * The first instant at which the wall clock of a zone shows a time, or undefined when it skips that time.
 * @param wall the wall time, as milliseconds
 * @example firstInstantOf('Europe/Berlin', Date.UTC(2026, 2, 29, 2, 30)) // undefined: 02:00 is followed by 03:00
 */
export function firstInstantOf(zone: string, wall: number): number | undefined {
  if (zone === 'UTC') return wall;
  const known = openZone(zone);
  const day = Math.floor(wall / DAY) * DAY;
  const early = rememberedOffset(known, day - DAY);
  const late = rememberedOffset(known, day + 2 * DAY);
  if (early === late) return wall - early;
  // The larger offset gives the earlier instant.
  const [first, second] = early > late ? [early, late] : [late, early];
  if (zoneOffset(zone, wall - first) === first) return wall - first;
  return zoneOffset(zone, wall - second) === second ? wall - second : undefined;
}

/**
 * The instant of a wall time; when it is skipped, the first instant after the gap; when it comes twice, the first.
 * @example instantOf('Europe/Berlin', Date.UTC(2026, 2, 29, 2, 30)) // 2026-03-29T01:00Z, when clocks show 03:00
 */
export function instantOf(zone: string, wall: number): number {
  const exact = firstInstantOf(zone, wall);
  if (exact !== undefined) return exact;
  // The change lies within a day on either side: bisect for it.
  let low = wall - 2 * DAY;
  let high = wall + 2 * DAY;
  const shows = (instant: number): boolean => instant + zoneOffset(zone, instant) > wall;
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (shows(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** What the wall clock of a zone shows at an instant, as wall milliseconds. */
export function wallTime(zone: string, instant: number): number {
  return instant + zoneOffset(zone, instant);
}

function openZone(name: string): Zone {
  const known = zones.get(name);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    calendar: 'gregory',
    numberingSystem: 'latn',
    timeZoneName: 'longOffset',
  });
  if (zones.size >= REMEMBERED_ZONES) zones.clear();
  const zone: Zone = { format, offsets: new Map() };
  zones.set(name, zone);
  return zone;
}

function rememberedOffset(zone: Zone, instant: number): number {
  const known = zone.offsets.get(instant);
  if (known !== undefined) return known;
  const offset = readOffset(zone.format, instant);
  if (zone.offsets.size >= REMEMBERED_OFFSETS) zone.offsets.clear();
  zone.offsets.set(instant, offset);
  return offset;
}

/** Reads "GMT", "GMT-03:30" or "GMT-00:44:30", the form of `longOffset`. */
function readOffset(format: Intl.DateTimeFormat, instant: number): number {
  const text = format.format(instant);
  const parts = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?$/.exec(text);
  if (parts?.[1] === undefined) return 0;
  const seconds = Number(parts[2]) * 3600 + Number(parts[3]) * 60 + Number(parts[4] ?? 0);
  return (parts[1] === '-' ? -1000 : 1000) * seconds;
}
