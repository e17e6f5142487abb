/**
 * From rules of Prometheus 1.x to the YAML that 2.x and `promtool` read.
 *
 *     ALERT … IF … FOR … LABELS … ANNOTATIONS   ──▶   groups: [{ name, rules: [{ alert, expr, for, labels, annotations }] }]
 *
 * A file becomes one group, which 2.x evaluates rule by rule in its order, as 1.x did with a file. Comments go before the
 * rule that they belong to.
 * @module
 */
import { Document, Scalar } from 'yaml';
import { type Rule, readRuleFile } from './rule-file.js';
import type { RuleProblem } from './tokens.js';

export type { RuleProblem } from './tokens.js';

export type Conversion =
  | {
      readonly type: 'converted';
      readonly yaml: string;
      readonly alerts: number;
      readonly records: number;
    }
  | { readonly type: 'failed'; readonly problems: readonly RuleProblem[] };

/**
 * Converts the text of a file.
 * @param group name of the group: the file's name without its ending
 * @returns the YAML, or everything that is wrong with the file
 * @example convertRules('ALERT Down IF up == 0 FOR 5m', 'nodes')
 */
export function convertRules(text: string, group: string): Conversion {
  const { rules, problems, comments } = readRuleFile(text);
  if (problems.length > 0) return { type: 'failed', problems };
  if (rules.length === 0) {
    const message = 'There is no rule in this file.';
    const fix = 'Write ALERT name IF expression, or name = expression.';
    return { type: 'failed', problems: [{ line: 1, column: 1, message, fix }] };
  }
  const document = new Document({ groups: [{ name: group, rules: rules.map(toYaml) }] });
  for (const [index, { comments: before }] of rules.entries()) {
    const node = document.getIn(['groups', 0, 'rules', index]) as { commentBefore?: string };
    if (before.length > 0) node.commentBefore = before.join('\n');
  }
  if (comments.length > 0) document.comment = comments.join('\n');
  return {
    type: 'converted',
    // A number in a text stays a text, and lines are as long as they are.
    yaml: document.toString({ lineWidth: 0 }),
    alerts: rules.filter(({ type }) => type === 'alert').length,
    records: rules.filter(({ type }) => type === 'record').length,
  };
}

function toYaml({ type, name, expression, for: duration, labels, annotations }: Rule): object {
  return {
    [type]: name,
    expr: textNode(expression),
    ...(duration === undefined ? {} : { for: duration }),
    ...(Object.keys(labels).length === 0 ? {} : { labels: texts(labels) }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations: texts(annotations) }),
  };
}

function texts(values: { readonly [name: string]: string }): { [name: string]: Scalar<string> } {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, textNode(value)]));
}

/** Several lines stay several lines. */
function textNode(text: string): Scalar<string> {
  const node = new Scalar(text);
  if (/\n/.test(text) && !/[^\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd]|[ \t]\n|^\s/.test(text)) {
    node.type = Scalar.BLOCK_LITERAL;
  } else if (/\n/.test(text)) {
    node.type = Scalar.QUOTE_DOUBLE;
  }
  return node;
}
