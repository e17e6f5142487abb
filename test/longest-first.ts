/**
 * The order in which test files begin: those that take longest first, so that none of them runs alone at the end while the
 * other processors have nothing left to do. All others follow in Vitest's own order.
 * @module
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** From the longest on. A file belongs here when it takes more than ten seconds on two processors. */
const LONGEST = [
  'test/docs.test.ts',
  'test/attack/damage.test.ts',
  'test/simulation/simulation.test.ts',
  'test/crash/crash.test.ts',
  'test/console/console.test.ts',
  'test/cli/commands.test.ts',
  'test/attack/data-folder.test.ts',
  'test/attack/hostile-input.test.ts',
  'test/crash/schedules.test.ts',
  'test/attack/code.test.ts',
  'test/attack/files.test.ts',
  'test/examples/demo.test.ts',
  'test/engine/s3-triggers.test.ts',
  'test/cli/up.test.ts',
  'test/crash/events.test.ts',
  'test/attack/task-user.test.ts',
  'src/store/postgres/postgres-store.test.ts',
];

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}`));
      return found === -1 ? LONGEST.length : found;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
