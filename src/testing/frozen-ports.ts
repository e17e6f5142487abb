/**
 * Ports of the engine that do real work while virtual time stands still: expressions, files, tasks that really run.
 * @module
 */

import { uuidVersion7 } from '../engine/adapters/system-ports.js';
import type { Evaluator, ItemSource, Random, Runner } from '../engine/kernel/ports.js';
import type { VirtualTime } from './virtual-time.js';

/** Ids and seeds that are the same in each run of a test. */
export function seededRandom(): Random {
  let ids = 0;
  let seeds = 0;
  return {
    id(at) {
      ids += 1;
      const bytes = new Uint8Array(10);
      for (let index = 0; index < 10; index += 1) {
        bytes[index] = (Math.imul(ids + index * 31, 2_654_435_761) >>> 24) & 0xff;
      }
      new DataView(bytes.buffer).setUint32(6, ids);
      return uuidVersion7(at, bytes);
    },
    seed() {
      seeds += 1;
      return `test-${seeds}`;
    },
  };
}

/** @param evaluator is not closed with the answer: tests share it */
export function frozenEvaluator(time: VirtualTime, evaluator: Evaluator): Evaluator {
  return {
    evaluate: (requests) => time.during(evaluator.evaluate(requests)),
    close: async () => undefined,
  };
}

/** Files are read and written while time stands still. */
export function frozenItems(time: VirtualTime, items: ItemSource): ItemSource {
  return {
    async open(reader, place, from) {
      const opened = await time.during(items.open(reader, place, from));
      return {
        version: opened.version,
        count: () => time.during(opened.count()),
        next: () => time.during(opened.next()),
        close: () => time.during(opened.close()),
      };
    },
    async openResults(writer, place, mapRunArn) {
      const results = await time.during(items.openResults(writer, place, mapRunArn));
      return {
        add: (kind, rows) => time.during(results.add(kind, rows)),
        finish: () => time.during(results.finish()),
      };
    },
    forget: (place) => time.during(items.forget(place)),
  };
}

/** Attempts of tasks that really run. */
export function frozenRunner(time: VirtualTime, runner: Runner): Runner {
  return {
    kinds: runner.kinds,
    code: runner.code,
    start(request, listener) {
      time.begin();
      let isOver = false;
      runner.start(request, {
        log: (record) => listener.log(record),
        heartbeat: () => listener.heartbeat(),
        settled(outcome) {
          listener.settled(outcome);
          if (isOver) return;
          isOver = true;
          time.end();
        },
      });
    },
    kill: (attemptId) => runner.kill(attemptId),
    forget: (workFolder) => runner.forget(workFolder),
    close: () => runner.close(),
  };
}
