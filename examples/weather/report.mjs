// Writes the summary. Its input is everything that the steps before have found.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const { validate, analyse } = JSON.parse(readFileSync(process.env.MILLRACE_INPUT, 'utf8'));
const months = analyse.weather.months.result;
const airports = analyse.flights.punctuality.result;
const quakes = analyse.earthquakes.strongest.result;
const counts = validate.result[0];

const by = (rows, value) => [...rows].sort((a, b) => value(b) - value(a))[0];
const best = by(months, (m) => m.share_of_sun * 100 + m.mean_high);
const wettest = by(months, (m) => m.rain_mm);
const bar = (value, most, width = 24) => '█'.repeat(Math.round((value / most) * width)) || '▏';
const wettestRain = wettest.rain_mm;

const text = `# When to visit Seattle, and how late you will be

Best month: **${best.name}** (high ${best.mean_high} °C, ${best.rain_days} days of rain).
Wettest: **${wettest.name}** (${wettest.rain_mm} mm on ${wettest.rain_days} days).

| month | high °C | rain mm | |
| --- | ---: | ---: | --- |
${months.map((m) => `| ${m.name.padEnd(9)} | ${String(m.mean_high).padStart(4)} | ${String(m.rain_mm).padStart(3)} | ${bar(m.rain_mm, wettestRain)} |`).join('\n')}

Departures, first half of 2001 (${Number(counts.flights).toLocaleString('en')} flights)

| airport | on time | mean delay | the latest tenth |
| --- | ---: | ---: | ---: |
${airports.map((a) => `| ${a.airport} ${a.city.padEnd(13)} | ${(a.on_time * 100).toFixed(1)} % | ${a.mean_delay} min | over ${Math.round(a.late_tenth)} min |`).join('\n')}

Strongest earthquakes of the week

${quakes
  .slice(0, 3)
  .map((q) => `- ${q.magnitude.toFixed(1)}  ${q.place}, ${q.time_utc} UTC, ${q.depth_km} km deep`)
  .join('\n')}
`;
const file = join(process.env.MILLRACE_WORK_FOLDER, 'summary.md');
writeFileSync(file, text);
console.log(`wrote ${file}`);
writeFileSync(
  process.env.MILLRACE_OUTPUT,
  JSON.stringify({ file, best: best.name, wettest: wettest.name }),
);
