/**
 * How far a check of a database is, in words.
 * @module
 */
import type { VerifyProgress } from '../store/backups/verify-file.js';
import { percentOf } from './progress-line.js';

const STEPS: { readonly [step in VerifyProgress['step']]: string } = {
  digest: 'reading the digest',
  structure: 'checking pages and indexes',
  records: 'checking records',
  histories: 'checking histories',
};

/** @example progressText({ step: 'histories', done: 1, of: 4 }) // 'checking histories 25 % …' */
export function progressText({ step, table, done, of }: VerifyProgress): string {
  if (table !== undefined) return `${STEPS[step]}: ${done} rows of ${table} …`;
  const share = done === undefined || of === undefined ? '' : ` ${percentOf(done, of)}`;
  return `${STEPS[step]}${share} …`;
}
