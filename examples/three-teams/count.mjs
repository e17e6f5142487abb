// Counts the rows of a CSV file, and refuses what is no row: two fields, the first of them a number.
import { readFileSync, writeFileSync } from 'node:fs';

const [file] = process.argv.slice(2);
const [, ...lines] = readFileSync(file, 'utf8').trim().split('\n');
for (const [index, line] of lines.entries()) {
  if (/^\d+,[^,]+$/.test(line)) continue;
  console.error(`${file}, line ${index + 2} is no row: ${line}`);
  process.exit(1);
}
console.log(`${lines.length} rows`);
writeFileSync(process.env.MILLRACE_OUTPUT, JSON.stringify({ rows: lines.length }));
