/**
 * Looks at state machines of AWS Step Functions. Express ones keep no list of executions: of those only events tell.
 *
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
 * @module
 */
import { isOver, runKey, type SeenRun } from '../../../../monitoring/observed/observed-run.js';
import { stateMachineRun } from '../../../../monitoring/observed/state-machines.js';
import { object, text } from '../../../../monitoring/observed/told.js';
import {
  type Ask,
  type Collector,
  type LookAt,
  members,
  pagesOf,
  timeOf,
  whereThere,
} from './collector.js';

/** Pages of a hundred executions of one look, and failures of one look whose cause is asked for. */
const MOST_PAGES = 20;
const MOST_DESCRIBED = 50;
/** An execution that is redriven keeps its old place in the list: those are asked for by themselves now and then. */
const REDRIVEN_EVERY = 5;

export const STATE_MACHINES: Collector = {
  kind: 'state-machine',
  async *list(ask) {
    for await (const page of pagesOf(ask, {
      ...{ service: 'sfn', action: 'listStateMachines', input: { MaxResults: 1_000 } },
    })) {
      yield members(page, 'StateMachines').flatMap(({ Name, StateMachineArn, Type }) => {
        const [name, memo] = [text(Name), text(StateMachineArn)];
        if (name === undefined || memo === undefined) return [];
        return [Type === 'EXPRESS' ? { name } : { name, memo }];
      });
    }
  },
  async runs(ask, at) {
    const arn = text(at.memo);
    if (arn === undefined) return undefined;
    const input = { StateMachineArn: arn, MaxResults: 100 };
    const latest = await executions(ask, input, at, true);
    const again =
      at.round % REDRIVEN_EVERY === REDRIVEN_EVERY - 1
        ? await executions(ask, { ...input, RedriveFilter: 'REDRIVEN' }, at, false)
        : { runs: [], isWhole: true };
    const runs = new Map([...latest.runs, ...again.runs].map((run) => [runKey(run), run]));
    await describeFailures(ask, runs, at);
    return { runs: [...runs.values()], isWhole: latest.isWhole };
  },
};

async function executions(
  ask: Ask,
  input: { StateMachineArn: string; MaxResults: number; RedriveFilter?: string },
  { since }: LookAt,
  isInOrder: boolean,
): Promise<{ runs: SeenRun[]; isWhole: boolean }> {
  const runs: SeenRun[] = [];
  let pages = 0;
  const request = { service: 'sfn', action: 'listExecutions', input, most: MOST_PAGES };
  for await (const page of pagesOf(ask, request)) {
    pages += 1;
    const found = members(page, 'Executions').flatMap((one) => stateMachineRun(one) ?? []);
    runs.push(...found.filter((run) => timeOf(run) >= since || !isOver(run)));
    // In the order in which they were started: one that is older and still runs may hide behind those that are over.
    const isPast = found.some((run) => (run.firstStartedAt ?? run.startedAt ?? since) < since);
    if (isInOrder && isPast) return { runs, isWhole: true };
  }
  return { runs, isWhole: pages < MOST_PAGES };
}

/** A list does not say why; what is known already is not asked for again. */
async function describeFailures(
  ask: Ask,
  runs: Map<string, SeenRun>,
  { isDone }: LookAt,
): Promise<void> {
  const wanted = [...runs].filter(([key, { isPartial }]) => isPartial === true && !isDone(key));
  for (const [key, run] of wanted.slice(0, MOST_DESCRIBED)) {
    const asked = { ExecutionArn: run.id };
    const answer = await whereThere(() => ask('sfn', 'describeExecution', asked));
    const described = stateMachineRun({ Input: '', ...object(answer) });
    const { isPartial: _, ...whole } = run;
    if (described !== undefined) runs.set(key, described);
    // It is no longer there to say more.
    else if (answer === undefined) runs.set(key, whole);
  }
}
