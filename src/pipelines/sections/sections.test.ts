import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../asl/json.js';
import { ALLOW } from './allow-section.js';
import { CONCURRENCY } from './concurrency-section.js';
import { EVENTS } from './events-section.js';
import { FILES } from './files-section.js';
import { RETENTION } from './retention-section.js';
import { SCHEDULE } from './schedule-section.js';
import { FORMAT, type Section, sectionOf } from './section.js';
import { UPSTREAMS } from './upstreams-section.js';

const SECTIONS: { [name: string]: Section<unknown> } = {
  schedule: SCHEDULE,
  events: EVENTS,
  files: FILES,
  executions: UPSTREAMS,
  concurrency: CONCURRENCY,
  allow: ALLOW,
  retention: RETENTION,
};

/** What is written, and what of its meaning matters. */
const MEANINGS: [section: keyof typeof SECTIONS, written: Json, means: unknown][] = [
  [
    'schedule',
    { cron: '0 3 ? * 1 *' },
    { schedule: { timezone: 'UTC' }, catchUp: { policy: 'latest' } },
  ],
  ['schedule', { hour: 3, catchUp: 'skip' }, { catchUp: { policy: 'skip' }, window: 0, jitter: 0 }],
  ['schedule', { rate: '1 hour', catchUp: { all: 7 } }, { catchUp: { policy: 'all', max: 7 } }],
  [
    'schedule',
    { rate: '1 hour', flexibleWindow: '10m', jitter: 30 },
    { window: 600_000, jitter: 30_000 },
  ],
  ['schedule', { cron: '0 3 * * 0', dialect: 'unix' }, { schedule: { timezone: 'UTC' } }],
  ['events', [{ pattern: { source: ['a'] } }], [{ key: '0', bus: 'default', collect: 'events' }]],
  [
    'events',
    [{ pattern: { source: ['a'] }, bus: 'b', batch: { size: 3, window: '10m' } }],
    [{ bus: 'b', batch: { size: 3, window: 600 } }],
  ],
  ['files', { under: 'in' }, { under: 'in' }],
  [
    'files',
    { under: 'in', batch: { size: 2, window: 60 } },
    { batch: { key: 'files', bus: 'millrace.files' } },
  ],
  [
    'files',
    { under: 'in', arrivals: { path: '{interval}/{partner}.csv', partners: ['a'] } },
    { arrivals: { partners: ['a'], rules: { timezone: 'UTC', whenMissing: 'wait' } } },
  ],
  [
    'executions',
    { allOf: [{ name: 'a' }], interval: 'hour' },
    { trigger: { allOf: [{ name: 'a' }] }, interval: 'hour' },
  ],
  [
    'executions',
    { anyOf: [{ name: 'a' }], timezone: 'Europe/Berlin' },
    { timezone: 'Europe/Berlin' },
  ],
  ['concurrency', {}, { limit: 1, overlap: 'queue', pools: {} }],
  ['concurrency', { limit: 3, overlap: 'skip' }, { limit: 3, overlap: 'skip' }],
  ['concurrency', { overlap: 'allow' }, undefined],
  ['concurrency', { pools: ['a'] }, { pools: { a: 1 }, overlap: 'queue' }],
  ['concurrency', { pools: { a: 2 }, overlap: 'queue' }, { limit: 1, pools: { a: 2 } }],
  ['allow', { read: 'a', start: ['b', 'c'] }, { read: ['a'], start: ['b', 'c'] }],
  ['allow', {}, { read: [], start: [] }],
  ['retention', '30d', 2_592_000_000],
  ['retention', 60, 60_000],
  ['retention', 'forever', 'forever'],
];

/** What no version has ever taken from a file. */
const NONSENSE: Json[] = [
  null,
  7.5,
  'x',
  [],
  [7],
  { x: 1 },
  { cron: 7 },
  { under: 1 },
  [{ pattern: 7 }],
];

/** A deployment with this written where the section has its place. */
function withWritten(
  { path }: Section<unknown>,
  written: Json,
): { name: string; sections: JsonObject } {
  const sections = path.toReversed().reduce<Json>((inner, part) => ({ [part]: inner }), written);
  return { name: 'orders', sections: sections as JsonObject };
}

describe('a section of a deployment', () => {
  it.each(MEANINGS)('%s %j means what it says', (name, written, means) => {
    const section = SECTIONS[name] as Section<unknown>;
    expect(section.schema.safeParse(written).success).toBe(true);
    const value = sectionOf(section, withWritten(section, written));
    if (typeof means !== 'object' || means === null) expect(value).toEqual(means);
    else expect(value).toMatchObject(means);
  });

  it.each(Object.keys(SECTIONS))('%s is nothing where nothing is written', (name) => {
    const section = SECTIONS[name] as Section<unknown>;
    expect(sectionOf(section, { name: 'orders' })).toBeUndefined();
    expect(sectionOf(section, { name: 'orders', sections: {} })).toBeUndefined();
    expect(sectionOf(section, { name: 'orders', sections: { trigger: 'x' } })).toBeUndefined();
  });

  it.each(Object.keys(SECTIONS))('%s does nothing where what is stored cannot be read', (name) => {
    const section = SECTIONS[name] as Section<unknown>;
    for (const written of NONSENSE) {
      if (section.schema.safeParse(written).success) continue;
      expect(
        sectionOf(section, withWritten(section, written)),
        JSON.stringify(written),
      ).toBeUndefined();
    }
  });

  it('is read once for each deployment, in the form that it was stored in', () => {
    const asked: [Json, number, string][] = [];
    const section: Section<string> = {
      path: ['trigger', 'odd'],
      schema: RETENTION.schema,
      parse: (json, format, pipeline) => {
        asked.push([json, format, pipeline]);
        return 'read';
      },
    };
    const sections = { trigger: { odd: 1 } };
    const now = { name: 'orders', sections };
    const later = { name: 'orders', sections, format: 2 };
    expect([sectionOf(section, now), sectionOf(section, now), sectionOf(section, later)]).toEqual([
      'read',
      'read',
      'read',
    ]);
    expect(asked).toEqual([
      [1, FORMAT, 'orders'],
      [1, 2, 'orders'],
    ]);
  });
});
