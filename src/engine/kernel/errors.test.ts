import { expect, test } from 'vitest';
import { EngineError } from './errors.js';

test('names what is meant in what to do, as in what is wrong', () => {
  const { message, fix } = new EngineError('DatasetVersionNotFound', {
    name: 'parcels/example',
    version: 'v1',
  });
  expect(message).toContain("'parcels/example'");
  expect(fix).toContain('millrace data versions parcels/example');
});

test('leaves what nobody said as it is written', () => {
  expect(new EngineError('DatasetVersionNotFound').message).toContain('{name}');
});
