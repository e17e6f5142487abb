/**
 * Ends a test run with one line that people and programs can read: `N passed, N failed, N skipped`.
 *
 * Before it stand the reasons of everything that was skipped. Under MILLRACE_REQUIRE_ALL=1 a skip is a failure, but for
 * what the machine gives no right to (rights.ts).
 * @module
 */
import type { Reporter, TestModule } from 'vitest/node';
import { lacksRight } from './rights.js';

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    // A module that failed outside its tests (an import, a hook) counts once.
    let failed = errors.length;
    const skipped: string[] = [];
    for (const module of modules) {
      if (module.state() === 'failed' && module.errors().length > 0) failed += 1;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') passed += 1;
        else if (result.state === 'failed') failed += 1;
        else {
          const note = result.state === 'skipped' ? result.note : undefined;
          skipped.push(`${test.fullName}${note === undefined ? '' : `: ${note}`}`);
        }
      }
    }
    const strict = process.env.MILLRACE_REQUIRE_ALL === '1';
    const wrong = strict ? skipped.filter((line) => !lacksRight(line)) : [];
    const rest = skipped.filter((line) => !wrong.includes(line));
    if (rest.length > 0) console.log(['\nSkipped:', ...rest].join('\n  - '));
    if (wrong.length > 0) {
      console.log(['\nSkipped, which is not allowed here:', ...wrong].join('\n  - '));
      process.exitCode = 1;
    }
    console.log(`\n${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  }
}
