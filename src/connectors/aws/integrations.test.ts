import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadClient } from '../../aws/client-packages.js';
import { INTEGRATIONS } from './integrations.js';

describe('integrations', () => {
  it('are those of the guide, with their forms', () => {
    const guide = readFileSync('docs/guides/aws.md', 'utf8');
    const rows = [...guide.matchAll(/^\| `([\w-]+:\w+)` \| ([\w, ]+) \|/gm)];
    expect(rows.map(([, resource, forms]) => `${resource} ${forms}`)).toEqual(
      INTEGRATIONS.map(({ resource, forms }) => `${resource} ${forms.join(', ')}`),
    );
  });

  it('call actions that AWS’s clients have', async () => {
    for (const { resource, api } of INTEGRATIONS) {
      const [service, action] = api;
      const loaded = await loadClient(service);
      const found = loaded.type === 'loaded' ? loaded.part.action(action) : undefined;
      expect(found, resource).toBeDefined();
    }
  });

  it('know how to look at every job that they wait for', () => {
    for (const { resource, forms, job, jobs } of INTEGRATIONS) {
      const isWaitedFor = forms.includes('sync');
      expect([job !== undefined, jobs !== undefined], resource).toEqual([isWaitedFor, isWaitedFor]);
    }
  });
});
