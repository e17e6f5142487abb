// Stands for the download of a county's parcels: made-up rows, always the same ones for a seed.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [county, seed, rows] = process.argv.slice(2);
let state = Number(seed);
const random = () => {
  // The "minimal standard" generator of Park and Miller.
  state = (state * 48271) % 2147483647;
  return state / 2147483647;
};
const lines = ['parcel_id,owner_type,area_sqft,sold_on,price'];
for (let i = 1; i <= Number(rows); i++) {
  const area = Math.round(2000 + random() * 30000);
  const owner = random() < 0.8 ? 'private' : random() < 0.5 ? 'public' : 'company';
  const day = new Date(Date.UTC(2026, 0, 1 + Math.floor(random() * 300)))
    .toISOString()
    .slice(0, 10);
  lines.push(
    `${county}-${String(i).padStart(5, '0')},${owner},${area},${day},${Math.round(area * (20 + random() * 60))}`,
  );
}
writeFileSync(join(process.env.MILLRACE_WORK_FOLDER, 'parcels.csv'), `${lines.join('\n')}\n`);
console.log(`${county}: ${rows} parcels`);
writeFileSync(process.env.MILLRACE_OUTPUT, JSON.stringify({ county, rows: Number(rows) }));
