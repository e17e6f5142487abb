/**
 * What a back-test costs over 1,000,000 recorded results: of all 1,000 series, of a tenth of them, with many firings and with few;
 * and how long the main loop lets others wait meanwhile.
 * @module
 */
import { join } from 'node:path';
import {
  CHECK_RESULTS,
  CHECK_SERIES,
  type CheckRow,
} from '../src/engine/features/checks/check-tables.js';
import type { CheckStatus } from '../src/monitoring/check-result.js';
import { openSqliteStore } from '../src/store/sqlite-store.js';
import type { RowWrite } from '../src/store/table.js';
import { median, newDataFolder, report, round, startBenchServer } from './load.js';

const SERIES = 1_000;
const AT_A_TIME = 2_000;
const SPAN = 30 * 86_400_000;

/** @param results that are recorded, evenly over the last thirty days */
export async function monitors(results: number, times: number): Promise<void> {
  const data = newDataFolder();
  // Its tables are made by its first start.
  await (await startBenchServer(data)).close({ remove: false });
  fill(data, results, Date.now() - SPAN + 60_000);
  const server = await startBenchServer(data);
  const cases = {
    'all, by county': { groupBy: 'county', newSource: 0 },
    'all, one alert a series': { newSource: 0 },
    'all, three in a row': { groupBy: 'county', critical: 3 },
    'a tenth of the series': { scope: { include: ['county:county-7'] }, newSource: 0 },
  };
  for (const [name, monitor] of Object.entries(cases)) {
    const took: number[] = [];
    let told = { fired: 0, heard: 0 };
    let stalled = 0;
    for (let time = 0; time < times; time += 1) {
      const begun = performance.now();
      const test = server.post('/monitors/backtest', { monitor, days: 30 }) as Promise<typeof told>;
      let isOver = false;
      const over = test.finally(() => {
        isOver = true;
      });
      while (!isOver) {
        const at = performance.now();
        await server.get('/health');
        stalled = Math.max(stalled, performance.now() - at);
      }
      told = await over;
      took.push(performance.now() - begun);
    }
    report({
      bench: 'back-test',
      monitor: name,
      results,
      heard: told.heard,
      fired: told.fired,
      p50_ms: round(median(took)),
      slowest_ms: round(Math.max(...took)),
      others_waited_ms: round(stalled),
      goal: '< 2,000 ms',
    });
  }
  await server.close();
}

/** Past the engine, as fast as the store takes them. */
function fill(data: string, results: number, first: number): void {
  const store = openSqliteStore({ file: join(data, 'millrace.db'), synchronous: 'NORMAL' });
  const subject = (n: number): string => `millrace:000000000000:local:check:default/check-${n}`;
  const last = first + SPAN - 120_000;
  const put = <Row extends { number: number }>(table: RowWrite['table'], row: Row): RowWrite => ({
    table,
    key: [row.number],
    row,
  });
  const series = Array.from({ length: SERIES }, (_, n) =>
    put(CHECK_SERIES, {
      ...{ number: n + 1, team: 'default', subject: subject(n), createdAt: first, lastAt: last },
      tags: { county: `county-${Math.floor(n / 100)}` },
    }),
  );
  store.commit({ at: first, executions: [], logs: [], rows: series });
  for (let done = 0; done < results; done += AT_A_TIME) {
    const rows: RowWrite[] = [];
    for (let n = done; n < Math.min(results, done + AT_A_TIME); n += 1) {
      const status: CheckStatus = n % 997 === 0 ? 'CRITICAL' : n % 89 === 0 ? 'WARNING' : 'OK';
      const row: CheckRow = {
        ...{ number: n + 1, series: (n % SERIES) + 1, team: 'default', status },
        at: first + Math.floor((n / results) * (SPAN - 120_000)),
        cause: 'succeeded; what it produced is not told',
        ...{ duration: 1_200, execution: `01a228c9-303b-70a5-b99f-${n}`, pipeline: 'alpine' },
      };
      rows.push(put(CHECK_RESULTS, row));
    }
    store.commit({ at: first, executions: [], logs: [], rows });
  }
  store.close();
}
