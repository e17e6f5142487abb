// Copies the raw files to the work folder of this execution, so that later steps read what this one saw.
import { copyFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findData } from './find-data.mjs';

const files = ['seattle-weather.csv', 'airports.csv', 'flights-3m.parquet', 'earthquakes.json'];
const data = findData();
const extracted = files.map((name) => {
  const to = join(process.env.MILLRACE_WORK_FOLDER, name);
  copyFileSync(join(data, name), to);
  const { size } = statSync(to);
  console.log(`${name}: ${(size / 1024 / 1024).toFixed(1)} MiB`);
  return { name, bytes: size };
});
writeFileSync(process.env.MILLRACE_OUTPUT, JSON.stringify({ files: extracted }));
