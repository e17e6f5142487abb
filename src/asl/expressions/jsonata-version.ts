/**
 * Refuses what JSONata learned after version 2.0.6, which is the version of Step Functions: the operators `??` and `?:`.
 *
 * The package reads both and turns them into conditions, so they are told from written conditions by the text.
 * Source: Step Functions developer guide, "Transforming data with JSONata", supported version.
 * @module
 */
import { FunctionProblem } from './jsonata-problem.js';

/** The error of the first newer operator, as the older version words it; undefined without one. */
export function newerOperator(text: string, ast: unknown): FunctionProblem | undefined {
  if (!text.includes('??') && !text.includes('?:')) return undefined;
  const nodes: unknown[] = [ast];
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    const { type, position } = node as { type?: unknown; position?: unknown };
    if (type === 'condition' && typeof position === 'number') {
      const operator = text.slice(position - 2, position);
      if (operator === '??' || operator === '?:') return unknownSymbol(operator.charAt(1));
    }
    nodes.push(...Object.values(node));
  }
  return undefined;
}

function unknownSymbol(symbol: string): FunctionProblem {
  return new FunctionProblem('S0211', `The symbol "${symbol}" cannot be used as a unary operator`);
}
