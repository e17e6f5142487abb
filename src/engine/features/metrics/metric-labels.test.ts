import { expect, it } from 'vitest';
import { JobSeries } from './job-series.js';
import { labelsOf, tagLabels } from './metric-labels.js';

it('finds a tag whatever its case, and names the label as it was chosen', () => {
  const chosen = tagLabels(['County', 'data-type', 'job']);
  const tags = { COUNTY: 'example', 'Data-Type': 'parcel', JOB: 'x', other: 'y' };
  expect(labelsOf({ team: 'parcels', name: 'nightly' }, tags, chosen)).toEqual({
    ...{ job: 'nightly', team: 'parcels' },
    ...{ County: 'example', data_type: 'parcel', tag_job: 'x' },
  });
});

it('cuts a long value, and never a letter in two', () => {
  const chosen = tagLabels(['note']);
  const long = `${'a'.repeat(126)}\u{1F980}\u{1F980}`;
  const { note = '' } = labelsOf({ team: 't', name: 'n' }, { note: long }, chosen);
  expect(note).toBe(`${'a'.repeat(126)}…`);
  expect(labelsOf({ team: 't', name: 'n' }, { note: 'x'.repeat(128) }, chosen).note).toHaveLength(
    128,
  );
});

it.each([
  [['1st']],
  [['a-b', 'a b']],
  [['__name__']],
  [['']],
  [Array.from({ length: 9 }, (_, i) => `t${i}`)],
])('refuses %j', (tags) => {
  expect(() => tagLabels(tags)).toThrow(/tag/i);
});

it('keeps a bound on series whatever 100,000 jobs are called', () => {
  const jobs = new JobSeries({ tags: tagLabels(['note']), jobs: 1_000, mask: (text) => text });
  for (let i = 0; i < 100_000; i += 1) {
    const ref = { team: `t${i % 10}`, name: `job-${i}` };
    jobs.deployed(ref, { note: `value ${i}"\n` }, i + 1);
    jobs.ended(ref, 'succeeded', 1, { labels: { execution_id: 'e' }, value: 1, at: 1 });
  }
  const all = (): boolean => true;
  expect(jobs.folded).toBe(99_000);
  const deployed = [...jobs.each(all, (_, deployedAt) => deployedAt)];
  expect(deployed).toHaveLength(1_010);
  // Of those that are counted together the oldest one's.
  const others = deployed.filter(({ labels }) => labels.job === 'other');
  expect(others.map(({ value }) => value).sort((a, b) => a - b)[0]).toBe(1_001);
  const counts = [...jobs.outcomes(all)].map(({ value }) => value);
  expect(counts).toHaveLength(1_010);
  expect(counts.reduce((a, b) => a + b)).toBe(100_000);
  expect([...jobs.outcomes((team) => team === 't3')]).toHaveLength(101);
});

it('forgets a job that nobody deploys, and gives its place away', () => {
  const jobs = new JobSeries({ tags: tagLabels([]), jobs: 1, mask: (text) => text });
  jobs.deployed({ team: 't', name: 'a' }, {}, 1);
  jobs.withdrawn('t/a');
  jobs.withdrawn('t/unknown');
  jobs.deployed({ team: 't', name: 'b' }, {}, 2);
  expect(jobs.folded).toBe(0);
  const labels = [
    ...jobs.each(
      () => true,
      () => 1,
    ),
  ].map((sample) => sample.labels.job);
  expect(labels).toEqual(['b']);
});
