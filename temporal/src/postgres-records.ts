import type { Records } from './records.js';

export async function openPostgresRecords(_url: string): Promise<Records> {
  throw new Error('not yet');
}
