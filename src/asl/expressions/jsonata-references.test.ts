import { expect, test } from 'vitest';
import { readJsonata } from './jsonata.js';

test.each<[string, string[]]>([
  ['phone', ['phone']],
  ['phone[0].number', ['phone']],
  ['$states.input.phone[kind = "home"].number', []],
  ['$states.input.phone^(number)', []],
  ['$sum(prices) + $count(prices) - rebate', ['prices', 'rebate']],
  ['-a ? [b, {"c": d, e: 1}] : (f; g)', ['a', 'b', 'd', 'e', 'f', 'g']],
  ['$x := y', ['y']],
  ['$map($states.input.a, function($v) { b + $v.c })', ['b']],
  ['a ~> $sum', ['a']],
  ['$substring(?, n)', ['n']],
  ['$', ['$']],
  ['$.a', ['$']],
  ['$$.a', ['$$']],
  ['$states.errorOutput.Cause', ['$states.errorOutput']],
  ['$states.input.errorOutput', []],
  ['$total * 1.2', []],
  ["'phone'", []],
])('%s reads %j at the top level', (expression, names) => {
  expect(readJsonata(expression)).toEqual({ references: names });
});

test.each([
  ['a[1,2)', 'Expected "]", got ","'],
  ['"no end', 'String literal must be terminated by a matching quote'],
  ['1 +', 'Unexpected end of expression'],
  ['{"a":}', 'The symbol "}" cannot be used as a unary operator'],
  ['$match("a", /b', 'No terminating / in regular expression'],
])('%s is refused with the words of the parser, without a code', (expression, problem) => {
  expect(readJsonata(expression)).toEqual({ problem, references: [] });
});
