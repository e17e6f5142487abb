import { expect, test } from 'vitest';
import { createConnectors } from './registry.js';

test('every connector is found by its kind, and refuses text as arguments or echoes it', () => {
  const connectors = createConnectors();
  expect([...connectors.keys()].sort()).toEqual([
    'dbt',
    'echo',
    'http',
    'http-invoke',
    'lambda',
    'shell',
    'spark',
    'sql',
  ]);
  for (const [kind, connector] of connectors) {
    expect(connector.kind).toBe(kind);
    expect(connector.validate('text')).toHaveLength(kind === 'echo' ? 0 : 1);
  }
});
