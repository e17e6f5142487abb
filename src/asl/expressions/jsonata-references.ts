/**
 * Finds what a JSONata expression reads outside of all data.
 *
 * In a state machine an expression has no context: the input is `$states.input`, variables are `$name`. The first step
 * of a path that is a bare name, and `$` and `$$`, would read a context that does not exist, so definitions with such
 * expressions are refused. Later steps, predicates, sort terms and groups look into what the step before them found;
 * the body of a function looks where the function is written.
 * Source: Step Functions developer guide, "Transforming data with JSONata".
 * @module
 */

/** A node of the syntax tree, as the `jsonata` package builds it. */
export interface SyntaxNode {
  readonly type?: string;
  readonly value?: unknown;
  readonly steps?: readonly SyntaxNode[];
  readonly expression?: SyntaxNode;
  readonly expressions?: readonly SyntaxNode[];
  /** Of an object constructor the pairs of keys and values. */
  readonly lhs?: SyntaxNode | readonly (readonly SyntaxNode[])[];
  readonly rhs?: SyntaxNode;
  readonly procedure?: SyntaxNode;
  readonly arguments?: readonly SyntaxNode[];
  readonly body?: SyntaxNode;
  readonly condition?: SyntaxNode;
  readonly then?: SyntaxNode;
  readonly else?: SyntaxNode;
}

/** Stands for reading the error, which exists only where one was caught. */
export const ERROR_OUTPUT = '$states.errorOutput';

/**
 * The names that are read at the top level, each once, in the order in which they are written: `phone`, `$`, `$$`, and
 * `$states.errorOutput`.
 */
export function topLevelReferences(root: SyntaxNode): string[] {
  const names = new Set<string>();
  collect(root, names);
  return [...names];
}

function collect(node: SyntaxNode | undefined, names: Set<string>): void {
  if (node === undefined) return;
  switch (node.type) {
    case 'path':
      collect(node.steps?.[0], names);
      if (readsErrorOutput(node)) names.add(ERROR_OUTPUT);
      break;
    case 'name':
      names.add(String(node.value));
      break;
    case 'variable':
      if (node.value === '') names.add('$');
      if (node.value === '$') names.add('$$');
      break;
    default:
      for (const child of childrenOf(node)) collect(child, names);
  }
}

/** Parts that are evaluated where the node itself is. */
function childrenOf(node: SyntaxNode): (SyntaxNode | undefined)[] {
  switch (node.type) {
    case 'unary':
      if (Array.isArray(node.lhs)) return (node.lhs as SyntaxNode[][]).flat();
      return [node.expression, ...(node.expressions ?? [])];
    case 'binary':
    case 'apply':
      return [node.lhs as SyntaxNode, node.rhs];
    case 'bind':
      return [node.rhs];
    case 'function':
    case 'partial':
      return [node.procedure, ...(node.arguments ?? [])];
    case 'lambda':
      return [node.body];
    case 'condition':
      return [node.condition, node.then, node.else];
    case 'block':
      return [...(node.expressions ?? [])];
    default:
      return [];
  }
}

function readsErrorOutput({ steps = [] }: SyntaxNode): boolean {
  const [first, second] = steps;
  return (
    first?.type === 'variable' &&
    first.value === 'states' &&
    second?.type === 'name' &&
    second.value === 'errorOutput'
  );
}
