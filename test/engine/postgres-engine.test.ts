/**
 * The engine on PostgreSQL, as it is: no part of it knows. An execution that waits goes on in the next engine.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MachineDefinition } from '../../src/asl/definition.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.js';
import type { Store } from '../../src/store/store.js';
import { requirement } from '../requirements.js';
import { EngineHome } from '../support/engine-home.js';
import { PostgresServer } from '../support/postgres-server.js';

const { missing } = requirement('postgresql');

describe.skipIf(missing)(`an engine on PostgreSQL${missing ? ` (${missing})` : ''}`, () => {
  let server: PostgresServer | undefined;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(async () => await server?.stop());

  it('finishes what another engine has begun', async () => {
    const space = await (server as PostgresServer).makeSpace();
    let store: Store = await openPostgresStore(space);
    const home = await new EngineHome({ wrap: () => store }).open();
    const definition: MachineDefinition = {
      StartAt: 'Begin',
      States: {
        Begin: { Type: 'Pass', Next: 'Rest' },
        Rest: { Type: 'Wait', Seconds: 1, Next: 'End' },
        End: { Type: 'Pass', End: true },
      },
    };
    await home.engine.pipelines.deploy({
      ...{ name: 'orders', team: 'default', tags: {}, definition, bindings: {} },
      ...{ folder: home.folder, sections: {} },
    });
    const { id } = await home.engine.executions.start(EVERYTHING, {
      pipeline: 'orders',
      input: { n: 1 },
    });
    await home.stop();
    await store.close();
    store = await openPostgresStore(space);
    await home.open();
    const ended = await home.engine.executions.wait(EVERYTHING, id);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { n: 1 } });
    await home.close();
    await store.close();
    await space.remove();
  });
});
