// Puts what the iterations of the Map found into one file, so that SQL can go on with it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const { delays } = JSON.parse(readFileSync(process.env.MILLRACE_INPUT, 'utf8'));
const rows = delays.map((one) => one['delay-of-airport'].result[0]);
writeFileSync(join(process.env.MILLRACE_WORK_FOLDER, 'delays.json'), JSON.stringify(rows));
for (const row of rows) console.log(`${row.airport}: ${row.departures} departures`);
writeFileSync(process.env.MILLRACE_OUTPUT, JSON.stringify({ airports: rows.length }));
