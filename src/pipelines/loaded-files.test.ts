import { describe, expect, it } from 'vitest';
import { LoadedFiles } from './loaded-files.js';

const PIPELINE = `pipeline: orders
steps:
  - load:
      sql: load.sql
`;

function folder(files: Record<string, string>) {
  const loaded = new LoadedFiles();
  return {
    files,
    load: (file = '/p/orders.yaml') =>
      loaded.load(file, async (path) => files[path.slice('/p/'.length)]),
    keepOnly: (...kept: string[]) => loaded.keepOnly(kept),
  };
}

describe('a pipeline file that was loaded before', () => {
  it('gives the same plan while no text of it changes', async () => {
    const { load } = folder({ 'orders.yaml': PIPELINE, 'load.sql': '' });
    const { plan, problems } = await load();
    expect(problems).toEqual([]);
    expect(plan?.name).toBe('orders');
    expect((await load()).plan).toBe(plan);
  });

  it('is compiled again when its text changes', async () => {
    const { files, load } = folder({ 'orders.yaml': PIPELINE, 'load.sql': '' });
    await load();
    files['orders.yaml'] = PIPELINE.replace('orders', 'parcels');
    expect((await load()).plan?.name).toBe('parcels');
  });

  it('is compiled again when a file that it names comes or goes', async () => {
    const { files, load } = folder({ 'orders.yaml': PIPELINE });
    expect((await load()).problems).toHaveLength(1);
    files['load.sql'] = '';
    expect((await load()).problems).toEqual([]);
    delete files['load.sql'];
    expect((await load()).problems).toHaveLength(1);
  });

  it('is compiled again when the file with its definition changes', async () => {
    const definition = (state: string) =>
      JSON.stringify({ StartAt: state, States: { [state]: { Type: 'Succeed' } } });
    const { files, load } = folder({
      'orders.yaml': 'pipeline: orders\ndefinition: orders.asl.json\n',
      'orders.asl.json': definition('A'),
    });
    expect((await load()).plan?.definition.StartAt).toBe('A');
    files['orders.asl.json'] = definition('B');
    expect((await load()).plan?.definition.StartAt).toBe('B');
  });

  it('is forgotten when it is not wanted any longer', async () => {
    const { load, keepOnly } = folder({ 'orders.yaml': PIPELINE, 'load.sql': '' });
    const { plan } = await load();
    keepOnly('/p/parcels.yaml');
    const again = (await load()).plan;
    expect(again).toEqual(plan);
    expect(again).not.toBe(plan);
  });
});
