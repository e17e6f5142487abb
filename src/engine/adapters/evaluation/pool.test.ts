import { afterAll, describe, expect, it } from 'vitest';
import type { EvaluationRequest } from '../../../asl/transition.js';
import { isCheap } from './cheap.js';
import { createEvaluationPool } from './pool.js';

const pool = createEvaluationPool({ deadline: 400, memory: 64 });
afterAll(() => pool.close());

const ask = (expression: string, input: unknown = {}): EvaluationRequest =>
  ({ expression, bindings: { states: { input } }, at: 0, seed: 's' }) as EvaluationRequest;

/** Each of these would hang or kill the process that evaluates it. */
const ATTACKS = {
  'endless recursion': '($f := function() { $f() }; $f())',
  'mutual recursion': '($f := function() { $g() }; $g := function() { $f() }; $f())',
  'exponential growth': '($f := function($a) { $f($append($a, $a)) }; $f([1]))',
  'a padded text of 100 MB': '$pad("x", 100000000)',
  'nested loops': '$map([1..5000], function($a) { $map([1..5000], function($b) { $a * $b }) })',
  'a catastrophic pattern': '$match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /^(a+)+$/)',
  'quadratic concatenation': '$reduce([1..1000000], function($a, $b) { $a & $string($b) }, "")',
};

describe('the pool that evaluates JSONata', () => {
  it('answers in the order of the requests, whoever evaluates them', async () => {
    const requests = Array.from({ length: 40 }, (_, i) =>
      ask(
        i % 2 === 0
          ? '$states.input.n'
          : '$sum($map([1..3], function($x) { $x * $states.input.n }))',
        { n: i },
      ),
    );
    const results = await pool.evaluate(requests);
    expect(results).toEqual(
      requests.map((_, i) => ({ type: 'value', value: i % 2 === 0 ? i : 6 * i })),
    );
  });

  it('tells nothing, a function and a failure apart', async () => {
    const results = await pool.evaluate([
      ask('$states.input.missing'),
      ask('function($x) { $x }'),
      ask('$unknown(1)'),
    ]);
    expect(results.map(({ type }) => type)).toEqual(['undefined', 'unsupported', 'error']);
  });

  it('lets no expression wait for one that hangs, however long that may', async () => {
    const patient = createEvaluationPool({ processes: 1, deadline: 600_000 });
    try {
      let isOver = false;
      void patient.evaluate([ask(ATTACKS['a catastrophic pattern'])]).then(() => {
        isOver = true;
      });
      const sum = await patient.evaluate([ask('$sum($map([1..100], function($i) { $i }))')]);
      expect(sum).toEqual([{ type: 'value', value: 5050 }]);
      expect(isOver).toBe(false);
    } finally {
      await patient.close();
    }
  });

  for (const [name, expression] of Object.entries(ATTACKS)) {
    it(`ends ${name} with an error, and goes on with the others`, async () => {
      const [attack, innocent] = await Promise.all([
        pool.evaluate([ask(expression)]),
        pool.evaluate([
          ask('$sum($map([1..4], function($x) { $x }))'),
          ask('$states.input.a', { a: 7 }),
        ]),
      ]);
      expect(attack[0]?.type).toBe('error');
      expect(innocent).toEqual([
        { type: 'value', value: 10 },
        { type: 'value', value: 7 },
      ]);
    });
  }

  it('gives no expression the environment or the files of the server', async () => {
    const results = await pool.evaluate([
      ask('$lookup($states, "__proto__")'),
      ask('$states.constructor'),
      ask('$eval("1")'),
    ]);
    expect(results.map(({ type }) => type)).not.toContain('value');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('what is evaluated without a process of its own', () => {
  it('is only what cannot take long', () => {
    for (const expression of ['$states.input.a.b', '$states.input.n + 1', '{"a": $states.input}']) {
      expect(isCheap(ask(expression)), expression).toBe(true);
    }
    for (const expression of Object.values(ATTACKS)) {
      expect(isCheap(ask(expression)), expression).toBe(false);
    }
  });
});
