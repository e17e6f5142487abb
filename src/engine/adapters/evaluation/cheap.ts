/**
 * Tells which expressions cannot take long, so that they need no process of their own.
 *
 * Cheap is what does a bounded amount of work for each value it sees: paths of plain names, literals, operators,
 * conditions, constructors, and functions of a fixed list. Everything that can multiply (a step that is an expression, a
 * filter, a range, a variable bound to something that grows), repeat (functions of one's own) or hang (patterns) is not.
 * Even then the product of expression length and data size is bounded.
 * @module
 */
import jsonata from 'jsonata';
import type { Json } from '../../../asl/json.js';
import type { EvaluationRequest } from '../../../asl/transition.js';

/** Characters of the expression times values of the data: about 10 ms of work at the very worst. */
const BUDGET = 50_000;
/** Expressions remembered. */
const KEPT = 2000;

/** Functions whose work and result grow no faster than their arguments. */
const FUNCTIONS = new Set(
  (
    'count sum max min average string number boolean not exists uppercase lowercase trim length substring ' +
    'substringBefore substringAfter contains join keys lookup merge abs floor ceil round sqrt type ' +
    'now millis uuid random'
  ).split(' '),
);
const OPERATORS = new Set('+ - * / % = != < <= > >= & and or in'.split(' '));

const known = new Map<string, boolean>();

/**
 * True when the request may be evaluated in this process.
 *
 * @example isCheap({ expression: '$states.input.county & "!"', … }) // true
 * @example isCheap({ expression: '$match(x, /^(a+)+$/)', … })       // false
 */
export function isCheap({ expression, bindings }: EvaluationRequest): boolean {
  let cheap = known.get(expression);
  if (cheap === undefined) {
    cheap = expression.length <= 1000 && isCheapText(expression);
    if (known.size >= KEPT) known.clear();
    known.set(expression, cheap);
  }
  return cheap && isSmall(bindings, BUDGET / Math.max(1, expression.length));
}

interface Node {
  type?: unknown;
  value?: unknown;
  [part: string]: unknown;
}

function isCheapText(expression: string): boolean {
  try {
    return isCheapNode(jsonata(expression).ast() as unknown as Node);
  } catch {
    // Wrong syntax: the evaluation tells what is wrong, and does it quickly.
    return true;
  }
}

/** Parts of a node that change what it does in ways that are not in the list above. */
const DISQUALIFYING = ['group', 'focus', 'index', 'ancestor', 'tuple', 'seekingParent'];

function isCheapNode(node: Node): boolean {
  if (DISQUALIFYING.some((part) => part in node)) return false;
  if (!areCheapFilters(node.predicate) || !areCheapFilters(node.stages)) return false;
  switch (node.type) {
    case 'string':
    case 'number':
    case 'value':
    case 'name':
    case 'variable':
      return true;
    case 'path':
      return areCheapSteps(node.steps as Node[]);
    case 'binary':
      return OPERATORS.has(String(node.value)) && areCheap([node.lhs, node.rhs]);
    case 'unary':
      return isCheapUnary(node);
    case 'condition':
      return areCheap([node.condition, node.then, node.else].filter((part) => part !== undefined));
    case 'function':
      return isCheapCall(node);
    default:
      return false;
  }
}

/** `[0]` and `[-1]` pick one value; any other filter is an expression for every value. */
function areCheapFilters(filters: unknown): boolean {
  if (filters === undefined) return true;
  return (filters as Node[]).every(({ type, expr }) => {
    const { type: kind, value, expression } = expr as Node;
    const isNegative = kind === 'unary' && value === '-' && (expression as Node).type === 'number';
    return type === 'filter' && (kind === 'number' || isNegative);
  });
}

function areCheap(nodes: readonly unknown[]): boolean {
  return nodes.every((node) => isCheapNode(node as Node));
}

/** After its first step a path may only go down by name: a step that is an expression runs for every value before it. */
function areCheapSteps([first, ...rest]: Node[]): boolean {
  if (!first || !isCheapNode(first) || first.type === 'path') return false;
  return rest.every((step) => step.type === 'name' && isCheapNode(step));
}

function isCheapUnary(node: Node): boolean {
  if (node.value === '-') return isCheapNode(node.expression as Node);
  if (node.value === '[') return areCheap(node.expressions as unknown[]);
  if (node.value === '{') return (node.lhs as unknown[][]).every((pair) => areCheap(pair));
  return false;
}

function isCheapCall(node: Node): boolean {
  const procedure = node.procedure as Node;
  const isListed = procedure.type === 'variable' && FUNCTIONS.has(String(procedure.value));
  return isListed && areCheap(node.arguments as unknown[]);
}

/** True when there are at most so many values, counting 100 characters of text as one. Stops as soon as it knows. */
function isSmall(root: Json, limit: number): boolean {
  let left = limit;
  const stack: Json[] = [root];
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    left -= typeof value === 'string' ? 1 + value.length / 100 : 1;
    if (left < 0) return false;
    if (typeof value !== 'object' || value === null) continue;
    const inner = Array.isArray(value) ? value : Object.values(value);
    if (inner.length > left) return false;
    for (const item of inner) stack.push(item);
  }
  return true;
}
