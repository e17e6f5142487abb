// Puts what the iterations of the Map found into one file for the report.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const { delays } = JSON.parse(readFileSync(process.env.MILLRACE_INPUT, 'utf8'));
const rows = delays.map((one) => (one['delay-of-airport'] ?? one).result[0]);
rows.sort((a, b) => b.on_time - a.on_time);
writeFileSync(join(process.env.MILLRACE_WORK_FOLDER, 'delays.json'), JSON.stringify(rows));
for (const row of rows) console.log(`${row.airport}: ${row.departures} departures`);
writeFileSync(process.env.MILLRACE_OUTPUT, JSON.stringify({ rows }));
