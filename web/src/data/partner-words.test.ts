import { expect, test } from 'vitest';
import { byPipeline, DELIVERIES, deliveryLabel, intervalHead } from './partner-words.js';

test('every state has a sign and a word of its own', () => {
  const all = Object.values(DELIVERIES);
  expect(new Set(all.map(({ sign }) => sign)).size).toBe(all.length);
  expect(new Set(all.map(({ word }) => word)).size).toBe(all.length);
});

test('a cell says in words what it shows, in the zone of the pipeline', () => {
  const at = Date.UTC(2026, 10, 20, 7, 30);
  const file = { file: '2026-11-20/a.csv', bytes: 1_250_000, at };
  expect(
    deliveryLabel('a', { interval: '2026-11-20', state: 'arrived', ...file }, 'Europe/Berlin'),
  ).toMatch(/^a, 2026-11-20: delivered, .*08:30.*, 1\.3 MB, 2026-11-20\/a\.csv$/);
});

test('the head of a column is a day, or an hour of one', () => {
  expect(intervalHead('2026-11-20')).toEqual(['11-', '20']);
  expect(intervalHead('2026-11-20T04')).toEqual(['11-20', '04 h']);
});

test('a list that comes in several pages is one', () => {
  const pipeline = (name: string) => ({
    ...{ team: 'parcels', pipeline: name, under: 'in', timezone: 'UTC', partners: 2 },
    ...{ whenMissing: 'wait' as const, intervals: [] },
  });
  const row = (name: string, partner: string) => ({
    ...{ team: 'parcels', pipeline: name, partner, cells: [] },
  });
  const pages = [
    { items: [row('one', 'a')], pipelines: [pipeline('one')], next: 'more' },
    { items: [row('one', 'b'), row('two', 'a')], pipelines: [pipeline('one'), pipeline('two')] },
  ];
  expect(
    byPipeline(pages).map((one) => [one.pipeline.pipeline, one.rows.map((of) => of.partner)]),
  ).toEqual([
    ['one', ['a', 'b']],
    ['two', ['a']],
  ]);
});
