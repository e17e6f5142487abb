/**
 * Reads a whole database and says whether it is what was written: the digest beside a backup, SQLite's own check, digests and
 * numbers of all histories, foreign bytes in records.
 *
 * It cannot write, so a server may use the database meanwhile.
 * @module
 */
import { existsSync } from 'node:fs';
import { verifyAudit } from '../audit-chain.js';
import { type Driver, openReader } from '../driver.js';
import { StoreError } from '../errors.js';
import { findHolder } from '../lock-file.js';
import { expectKnownSchema } from '../upgrade.js';
import { verifyDatabase } from '../verify-database.js';
import { verifyHistories } from '../verify-histories.js';
import { lostCommits } from '../write-ahead-log.js';
import { type BackupNote, readBackupNote } from './backup-note.js';
import { digestOfFile, readDigest } from './durable-file.js';

/** `done` rows of `of`, about; without `of` nobody knows how many there are, and without both it is of one piece. */
export interface VerifyProgress {
  step: 'digest' | 'structure' | 'records' | 'histories';
  /** Only where tables are read one after another. */
  table?: string;
  done?: number;
  of?: number;
}

export interface Verified {
  /** In words; none when all is sound. One of a kind: whoever has one has more to look at. */
  findings: string[];
  schema: number;
  executions: number;
  /** Rows of history. */
  histories: number;
  /** Of a backup. */
  note?: BackupNote;
  /** What is wrong with its audit log: it is not damaged, but somebody has changed it. */
  audit?: string;
  /** SHA-256 of the file; only where one lies beside it that it was compared with. */
  sha256?: string;
}

/** Milliseconds between two reports. */
const REPORT = 500;

/**
 * @throws StoreError `newer-schema`, `driver`, or `io` when there is no such database
 * @example (await examineFile('monday.db')).findings // []
 */
export async function examineFile(
  file: string,
  onProgress: (progress: VerifyProgress) => void = () => undefined,
): Promise<Verified> {
  if (!existsSync(file)) throw new StoreError('io', `There is no file ${file}`);
  const findings: string[] = [];
  const written = readDigest(file);
  if (written !== undefined) {
    onProgress({ step: 'digest' });
    const sha256 = await digestOfFile(file);
    if (sha256 !== written) {
      findings.push(
        `${file} has another digest than the one beside it: it is not what was written`,
      );
    }
  }
  if (findHolder(file) === undefined) {
    const lost = lostCommits(file);
    if (lost !== undefined) findings.push(lost);
  }
  const reader = openReader(file);
  try {
    const schema = expectKnownSchema(reader);
    if (schema === 0) throw new StoreError('io', `${file} holds no records of Millrace`);
    findings.push(...(await findingsIn(reader, onProgress)));
    const executions = isBroken(findings) ? 0 : count(reader, 'executions');
    const histories = isBroken(findings) ? 0 : count(reader, 'history');
    const note = isBroken(findings) ? undefined : readBackupNote(reader);
    const audit = isBroken(findings) ? undefined : verifyAudit(reader);
    return {
      findings,
      schema,
      executions,
      histories,
      ...(note === undefined ? {} : { note }),
      ...(audit === undefined ? {} : { audit }),
      ...(written === undefined ? {} : { sha256: written }),
    };
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'corrupt') throw error;
    return { findings: [...findings, error.message], schema: 0, executions: 0, histories: 0 };
  } finally {
    reader.close();
  }
}

/** The same, for whoever goes on only with a sound one: throws a StoreError `corrupt` with the first finding. */
export async function verifyFile(
  file: string,
  onProgress?: (progress: VerifyProgress) => void,
): Promise<Verified> {
  const verified = await examineFile(file, onProgress);
  const [first] = verified.findings;
  if (first !== undefined) throw new StoreError('corrupt', first);
  return verified;
}

async function findingsIn(
  reader: Driver,
  onProgress: (progress: VerifyProgress) => void,
): Promise<string[]> {
  const findings: string[] = [];
  onProgress({ step: 'structure' });
  const of = ['executions', 'history', 'logs', 'events'].reduce(
    (sum, table) => sum + highest(reader, table),
    0,
  );
  let reported = performance.now();
  let done = 0;
  const report = async (step: VerifyProgress['step'], total: number): Promise<void> => {
    if (performance.now() - reported < REPORT) return;
    reported = performance.now();
    onProgress({ step, done: Math.min(done, total), of: total });
    // Whoever shows it, or wants to stop, gets a turn.
    await new Promise((resolve) => setImmediate(resolve));
  };
  for (const finding of verifyDatabase(reader)) {
    if (finding !== undefined) findings.push(finding);
    // Steps are pages of 500 rows.
    done += 500;
    await report('records', of);
  }
  // Nothing that is read through a broken tree tells more.
  if (isBroken(findings)) return findings;
  const rows = highest(reader, 'history') + highest(reader, 'executions');
  done = 0;
  for (const finding of verifyHistories(reader)) {
    if (finding !== undefined) findings.push(finding);
    done += 500;
    await report('histories', rows);
  }
  return findings;
}

/** SQLite's own check has found something. */
function isBroken(findings: readonly string[]): boolean {
  return findings.some((finding) => finding.startsWith('The database is damaged'));
}

function highest(reader: Driver, table: 'executions' | string): number {
  return Number(reader.prepare(`SELECT MAX(number) AS n FROM ${table}`).get()?.n ?? 0);
}

function count(reader: Driver, table: string): number {
  return Number(reader.prepare(`SELECT COUNT(*) AS n FROM ${table}`).get()?.n ?? 0);
}
