/**
 * Matches events against many patterns at once, in time that depends on the event and on what it matches, not on how many
 * patterns there are.
 *
 * An automaton: each state asks about some paths, each answer leads on to a state, and a branch of a pattern is accepted
 * where its last field was answered. Branches that begin with the same questions share states. The most telling questions
 * are asked first: equal values, then parts of values, then `anything-but` and `exists`. Removing a rule takes away exactly
 * what adding it put there.
 *
 * The automaton does not look at arrays. When a value stands inside an element of one, each accepted branch is decided
 * again, exactly (`match-branch.ts`).
 * @module
 */
import type { JsonObject } from '../json.js';
import { fieldKey } from './describe-matcher.js';
import {
  type EventFields,
  forgetFields,
  newPathNode,
  type PathNode,
  readFields,
  releasePath,
  usePath,
} from './event-fields.js';
import { type Few, visitMembers, withMember, withoutMember } from './few.js';
import { mismatchOf } from './match-branch.js';
import type { EventPattern, PatternField } from './matcher-types.js';
import {
  addAsker,
  newValueMachine,
  removeAsker,
  type ValueMachine,
  visitAskers,
} from './value-machine.js';

/** Rules by id, and which of them match an event. */
export interface PatternMatcher {
  /** Adds a rule; takes the place of a rule with the same id. */
  readonly add: (ruleId: string, pattern: EventPattern) => void;
  /** Removes a rule; false when there is none with this id. */
  readonly remove: (ruleId: string) => boolean;
  /** The ids of all rules that match, in the order in which they were added. */
  readonly match: (event: JsonObject) => string[];
  /** How much is kept: grows with rules, and shrinks to where it was when they are removed. */
  readonly size: () => { readonly rules: number; readonly states: number; readonly paths: number };
}

interface State {
  questions: Map<PathNode, Question> | undefined;
  /** Those of the questions which may also be answered by there being no value. */
  absences: Few<Question>;
  accepted: Few<Acceptance>;
}

/** What a state asks about one path. */
interface Question {
  readonly path: PathNode;
  readonly answers: Map<string, Answer>;
  readonly values: ValueMachine<Answer>;
  absent: Few<Answer>;
}

interface Answer {
  readonly key: string;
  readonly field: PatternField;
  readonly question: Question;
  readonly from: State;
  readonly to: State;
  uses: number;
  seenIn: number;
}

interface Acceptance {
  readonly rule: Rule;
  readonly fields: readonly PatternField[];
  readonly state: State;
  readonly answers: readonly Answer[];
}

interface Rule {
  readonly id: string;
  readonly sequence: number;
  readonly acceptances: Acceptance[];
  seenIn: number;
}

/**
 * A matcher without rules.
 *
 * @example
 * const matcher = createMatcher();
 * const parsed = parsePattern('{"source":["shop"]}');
 * if ('pattern' in parsed) matcher.add('orders', parsed.pattern);
 * matcher.match({ source: 'shop' }); // ['orders']
 */
export function createMatcher(): PatternMatcher {
  const rules = new Map<string, Rule>();
  const paths = newPathNode('');
  const start = newState();
  let sequence = 0;
  const run = newRunner(paths, start);

  const remove = (ruleId: string): boolean => {
    const rule = rules.get(ruleId);
    if (rule === undefined) return false;
    rules.delete(ruleId);
    for (const acceptance of rule.acceptances) withdraw(paths, acceptance);
    return true;
  };

  return {
    add: (ruleId, pattern) => {
      remove(ruleId);
      const rule: Rule = { id: ruleId, sequence: sequence++, acceptances: [], seenIn: 0 };
      rules.set(ruleId, rule);
      for (const { fields } of pattern.branches) {
        rule.acceptances.push(introduce(paths, start, rule, fields));
      }
    },
    remove,
    match: (event) => {
      const matched = run(event);
      if (matched.length > 1) matched.sort((a, b) => a.sequence - b.sequence);
      return matched.map(({ id }) => id);
    },
    size: () => ({ rules: rules.size, states: countStates(start), paths: countPaths(paths) - 1 }),
  };
}

function newState(): State {
  return { questions: undefined, absences: undefined, accepted: undefined };
}

/** How little a field tells: those with 0 are asked first. */
function vagueness({ matchers }: PatternField): number {
  let most = 0;
  for (const { type } of matchers) {
    if (type === 'absent') return 3;
    if (type === 'anything-but' || type === 'exists') most = 2;
    else if (type !== 'equals' && type !== 'address') most = Math.max(most, 1);
  }
  return most;
}

function introduce(
  paths: PathNode,
  start: State,
  rule: Rule,
  fields: readonly PatternField[],
): Acceptance {
  let state = start;
  const answers: Answer[] = [];
  const asked = fields.map((field) => ({ field, rank: vagueness(field) }));
  asked.sort((a, b) => a.rank - b.rank);
  for (const { field } of asked) {
    const answer = answerFor(paths, state, field);
    answer.uses += 1;
    answers.push(answer);
    state = answer.to;
  }
  const acceptance: Acceptance = { rule, fields, state, answers };
  state.accepted = withMember(state.accepted, acceptance);
  return acceptance;
}

function answerFor(paths: PathNode, state: State, field: PatternField): Answer {
  const path = usePath(paths, field.path);
  state.questions ??= new Map();
  let question = state.questions.get(path);
  if (question === undefined) {
    question = { path, answers: new Map(), values: newValueMachine(), absent: undefined };
    state.questions.set(path, question);
  }
  const key = fieldKey(field);
  const known = question.answers.get(key);
  if (known !== undefined) {
    releasePath(paths, field.path);
    return known;
  }
  const answer: Answer = {
    key,
    field,
    question,
    from: state,
    to: newState(),
    uses: 0,
    seenIn: 0,
  };
  question.answers.set(key, answer);
  addAsker(question.values, answer);
  if (field.matchers.some(({ type }) => type === 'absent')) {
    question.absent = withMember(question.absent, answer);
    state.absences = withMember(state.absences, question);
  }
  return answer;
}

function withdraw(paths: PathNode, acceptance: Acceptance): void {
  const { state, answers } = acceptance;
  state.accepted = withoutMember(state.accepted, acceptance);
  for (const answer of [...answers].reverse()) {
    answer.uses -= 1;
    if (answer.uses > 0) continue;
    const { question, from } = answer;
    question.answers.delete(answer.key);
    removeAsker(question.values, answer);
    question.absent = withoutMember(question.absent, answer);
    if (question.absent === undefined) from.absences = withoutMember(from.absences, question);
    if (question.answers.size === 0) from.questions?.delete(question.path);
    if (from.questions?.size === 0) from.questions = undefined;
    releasePath(paths, answer.field.path);
  }
}

/** Runs events through the automaton. Its functions are made once, not for each event: that is a third of the time. */
function newRunner(paths: PathNode, start: State): (event: JsonObject) => Rule[] {
  let turn = 0;
  let fields: EventFields = { present: [], hasPlaces: false };
  let matched: Rule[] = [];

  const follow = (answer: Answer): void => {
    if (answer.seenIn === turn) return;
    answer.seenIn = turn;
    visit(answer.to);
  };
  const ask = (question: Question): void => {
    for (const { value } of question.path.leaves) visitAskers(question.values, value, follow);
  };
  const accept = ({ rule, fields: wanted }: Acceptance): void => {
    if (rule.seenIn === turn) return;
    if (fields.hasPlaces && mismatchOf(wanted, leavesAt) !== undefined) return;
    rule.seenIn = turn;
    matched.push(rule);
  };
  const skip = ({ path, absent }: Question): void => {
    if (fields.hasPlaces || path.leaves.length === 0) visitMembers(absent, follow);
  };
  const visit = ({ questions, absences, accepted }: State): void => {
    if (accepted !== undefined) visitMembers(accepted, accept);
    if (questions === undefined) return;
    if (fields.present.length < questions.size) {
      for (const path of fields.present) {
        const question = questions.get(path);
        if (question !== undefined) ask(question);
      }
    } else {
      questions.forEach(ask);
    }
    if (absences !== undefined) visitMembers(absences, skip);
  };
  const leavesAt = (path: string): PathNode['leaves'] => {
    let node: PathNode | undefined = paths;
    for (const step of path.split('.')) node = node?.steps.get(step);
    return node?.leaves ?? [];
  };

  return (event) => {
    turn += 1;
    matched = [];
    fields = readFields(paths, event);
    try {
      visit(start);
    } finally {
      forgetFields(fields);
    }
    return matched;
  };
}

function countStates(state: State): number {
  let count = 1;
  for (const { answers } of state.questions?.values() ?? []) {
    for (const { to } of answers.values()) count += countStates(to);
  }
  return count;
}

function countPaths(node: PathNode): number {
  let count = 1;
  for (const next of node.steps.values()) count += countPaths(next);
  return count;
}
