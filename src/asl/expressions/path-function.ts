/**
 * Functions at the end of a JSONPath: `$.items.length()`, `$..price.sum()`.
 * @module
 */
import type { Json } from '../json.js';
import { isObject } from '../json.js';
import type { PathFunction } from './path-model.js';

/**
 * Applies a function to the value in front of it; undefined when it does not apply (a sum of texts, an empty minimum).
 * @param argument the number given to `index(n)`, else null
 */
export function applyPathFunction(
  name: PathFunction,
  argument: Json,
  value: Json,
): Json | undefined {
  switch (name) {
    case 'length':
    case 'size':
      return sizeOf(value);
    case 'keys':
      return isObject(value) ? Object.keys(value) : undefined;
    case 'first':
      return Array.isArray(value) ? value.at(0) : undefined;
    case 'last':
      return Array.isArray(value) ? value.at(-1) : undefined;
    case 'index':
      return Array.isArray(value) && typeof argument === 'number' ? value.at(argument) : undefined;
    case 'min':
    case 'max':
    case 'avg':
    case 'sum':
    case 'stddev':
      return aggregate(name, value);
  }
}

function sizeOf(value: Json): number | undefined {
  if (Array.isArray(value) || typeof value === 'string') return value.length;
  return isObject(value) ? Object.keys(value).length : undefined;
}

function aggregate(
  name: 'min' | 'max' | 'avg' | 'sum' | 'stddev',
  value: Json,
): number | undefined {
  if (!Array.isArray(value)) return undefined;
  const numbers = value.filter((item) => typeof item === 'number');
  if (numbers.length === 0) return undefined;
  const sum = numbers.reduce((total, item) => total + item, 0);
  const mean = sum / numbers.length;
  switch (name) {
    case 'sum':
      return sum;
    case 'avg':
      return mean;
    case 'min':
      return numbers.toSorted((a, b) => a - b)[0];
    case 'max':
      return numbers.toSorted((a, b) => b - a)[0];
    case 'stddev': {
      const squares = numbers.reduce((total, item) => total + (item - mean) ** 2, 0);
      return (squares / numbers.length) ** 0.5;
    }
  }
}
