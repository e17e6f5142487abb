import { afterAll, beforeAll, describe } from 'vitest';
import { requirement } from '../../../test/requirements.js';
import { DECLARED_TABLES } from '../../../test/support/declared-tables.js';
import { PostgresServer, type Space } from '../../../test/support/postgres-server.js';
import { storeSuite } from '../store-suite.js';
import { openPostgresStore } from './postgres-store.js';

const { missing } = requirement('postgresql');
const title = 'the PostgreSQL store';

describe.skipIf(missing)(
  missing === undefined ? 'on a real server' : `on a real server (${missing})`,
  () => {
    let server: PostgresServer | undefined;
    beforeAll(async () => {
      server = await PostgresServer.start();
    });
    afterAll(async () => {
      await server?.stop();
    });

    storeSuite(title, {
      tables: DECLARED_TABLES,
      makeFactory() {
        let space: Space | undefined;
        return {
          async open() {
            space ??= await (server as PostgresServer).makeSpace();
            return await openPostgresStore(space);
          },
          remove: async () => await space?.remove(),
        };
      },
    });
  },
);
