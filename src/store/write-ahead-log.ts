/**
 * Whether acknowledged commits are missing from a write-ahead log that nobody has open.
 *
 * SQLite reads the log up to the first frame whose checksum is wrong and forgets the rest. After a crash that is right: the
 * last transaction may be torn, and nobody was told that it is durable. But when a byte in the middle changes, everything
 * behind it is forgotten just as silently. The two can be told apart, because with `synchronous=FULL` a transaction is only
 * written when the one before it is on disk: if behind the wrong frame a transaction ends and another one goes on from it,
 * by its checksum, the first of them had been acknowledged.
 *
 * What cannot be told apart is damage in the very last transaction.
 *
 * https://sqlite.org/fileformat2.html#walformat
 * @module
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const HEADER = 32;
const FRAME_HEADER = 24;
const MAGIC = 0x377f0682;

/** Two sums that go on from frame to frame. */
type Checksum = readonly [number, number];

interface Frame {
  /** From 1. */
  number: number;
  page: number;
  endsTransaction: boolean;
  salt: string;
  stored: Checksum;
  /** What the checksum covers of the frame's header, and the page. */
  covered: readonly [Buffer, Buffer];
}

interface Log {
  pageSize: number;
  frames: number;
  littleEndian: boolean;
  salt: string;
  checksum: Checksum;
  isSound: boolean;
  read(frame: number): Frame;
}

/**
 * Says in words which commits are lost, undefined when none are known to be. The database must not be open.
 * @example lostCommits('data/millrace.db') // 'the write-ahead log is damaged at frame 12 of 40 …'
 */
export function lostCommits(database: string): string | undefined {
  const file = openIfThere(`${database}-wal`);
  if (file === undefined) return undefined;
  try {
    const log = openLog(file);
    if (log === undefined) return undefined;
    return log.isSound ? brokenChain(log) : forgottenLog(log, database);
  } finally {
    closeSync(file);
  }
}

function brokenChain(log: Log): string | undefined {
  let sum = log.checksum;
  let broken = 0;
  let before: Frame | undefined;
  for (let number = 1; number <= log.frames; number += 1) {
    const frame = log.read(number);
    // Frames of an earlier round of the log: they are in the database already.
    if (frame.salt !== log.salt) return undefined;
    if (broken === 0) {
      sum = checksumOf(log, frame, sum);
      if (!same(sum, frame.stored)) broken = number;
    } else if (before?.endsTransaction && follows(log, frame, before)) {
      return `the write-ahead log is damaged at frame ${broken} of ${log.frames}: commits from there on are lost`;
    }
    before = frame;
  }
  return undefined;
}

/**
 * A log whose header is wrong is empty for SQLite. That is right when the header was being written anew over a log that had
 * been carried over into the database; then the database holds what its frames hold.
 */
function forgottenLog(log: Log, database: string): string | undefined {
  const pages = new Map<number, number>();
  const pending = new Map<number, number>();
  let before: Frame | undefined;
  for (let number = 1; number <= log.frames; number += 1) {
    const frame = log.read(number);
    if (before !== undefined && !follows(log, frame, before)) break;
    pending.set(frame.page, number);
    if (frame.endsTransaction) {
      for (const [page, at] of pending) pages.set(page, at);
      pending.clear();
    }
    before = frame;
  }
  const main = openIfThere(database);
  if (main === undefined) return undefined;
  try {
    const page = Buffer.alloc(log.pageSize);
    for (const [number, frame] of pages) {
      const got = readSync(main, page, 0, page.length, (number - 1) * log.pageSize);
      if (got === page.length && page.equals(log.read(frame).covered[1])) continue;
      return 'the header of the write-ahead log is damaged: the commits in it are lost';
    }
    return undefined;
  } finally {
    closeSync(main);
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function openLog(file: number): Log | undefined {
  const { size } = fstatSync(file);
  if (size < HEADER + FRAME_HEADER) return undefined;
  const header = Buffer.alloc(HEADER);
  readSync(file, header, 0, HEADER, 0);
  const pageSize = pageSizeOf(header.readUInt32BE(8));
  // Without a page size there are no frames; our databases have had no other one.
  const frameSize = FRAME_HEADER + pageSize;
  const magic = header.readUInt32BE(0);
  const littleEndian = (magic & 1) === 0;
  const log: Log = {
    pageSize,
    frames: Math.floor((size - HEADER) / frameSize),
    littleEndian,
    salt: header.toString('latin1', 16, 24),
    checksum: [header.readUInt32BE(24), header.readUInt32BE(28)],
    isSound: false,
    read(number) {
      const bytes = Buffer.alloc(frameSize);
      readSync(file, bytes, 0, frameSize, HEADER + (number - 1) * frameSize);
      return {
        number,
        page: bytes.readUInt32BE(0),
        endsTransaction: bytes.readUInt32BE(4) !== 0,
        salt: bytes.toString('latin1', 8, 16),
        stored: [bytes.readUInt32BE(16), bytes.readUInt32BE(20)],
        covered: [bytes.subarray(0, 8), bytes.subarray(FRAME_HEADER)],
      };
    },
  };
  const isWanted = (magic & ~1) === MAGIC;
  log.isSound = isWanted && same(add([0, 0], header.subarray(0, 24), littleEndian), log.checksum);
  return log;
}

function pageSizeOf(stored: number): number {
  const isPower = stored >= 512 && stored <= 65_536 && (stored & (stored - 1)) === 0;
  return isPower ? stored : 4096;
}

function follows(log: Log, frame: Frame, before: Frame): boolean {
  return frame.salt === before.salt && same(checksumOf(log, frame, before.stored), frame.stored);
}

function checksumOf(log: Log, frame: Frame, before: Checksum): Checksum {
  const [header, page] = frame.covered;
  return add(add(before, header, log.littleEndian), page, log.littleEndian);
}

function add([first, second]: Checksum, bytes: Buffer, littleEndian: boolean): Checksum {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let s0 = first;
  let s1 = second;
  for (let at = 0; at < bytes.length; at += 8) {
    s0 = (s0 + view.getUint32(at, littleEndian) + s1) >>> 0;
    s1 = (s1 + view.getUint32(at + 4, littleEndian) + s0) >>> 0;
  }
  return [s0, s1];
}

function same(left: Checksum, right: Checksum): boolean {
  return left[0] === right[0] && left[1] === right[1];
}
