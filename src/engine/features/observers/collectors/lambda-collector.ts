/**
 * Looks at Lambda functions by their log: what ends an invocation, and what says why.
 *
 * Only such lines are asked for, so a function that prints much costs no more than one that prints little.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
 * @module
 */
import {
  LAMBDA_LINES,
  type LogLine,
  lambdaRuns,
} from '../../../../monitoring/observed/lambda-logs.js';
import { instant, object, text } from '../../../../monitoring/observed/told.js';
import { type Collector, LookRefused, members, pagesOf } from './collector.js';

/** Pages of one look: what is beyond is said. */
const MOST_PAGES = 20;
/** AWS tries an asynchronous invocation again after one minute, and after two more: the first try is read with the last. */
const RETRIES_WITHIN = 5 * 60_000;

export const LAMBDA_FUNCTIONS: Collector = {
  kind: 'lambda-function',
  async *list(ask) {
    for await (const page of pagesOf(ask, {
      ...{ service: 'lambda', action: 'listFunctions', input: { MaxItems: 50 } },
      token: 'Marker',
    })) {
      yield members(page, 'Functions').flatMap(({ FunctionName, LoggingConfig }) => {
        const name = text(FunctionName);
        if (name === undefined) return [];
        return [{ name, memo: text(object(LoggingConfig)?.LogGroup) ?? `/aws/lambda/${name}` }];
      });
    }
  },
  async runs(ask, { name, memo, since }) {
    const lines: LogLine[] = [];
    let pages = 0;
    const input = {
      LogGroupName: text(memo) ?? `/aws/lambda/${name}`,
      StartTime: since - RETRIES_WITHIN,
      FilterPattern: LAMBDA_LINES,
    };
    const request = { action: 'filterLogEvents', input, most: MOST_PAGES };
    try {
      for await (const page of pagesOf(ask, { service: 'cloudwatchlogs', ...request })) {
        pages += 1;
        for (const { LogStreamName, Timestamp, Message } of members(page, 'Events')) {
          const [at, message] = [instant(Timestamp), text(Message)];
          if (at === undefined || message === undefined) continue;
          lines.push({ stream: text(LogStreamName) ?? '', at, message });
        }
      }
    } catch (error) {
      // Nothing has ever been written: it was never invoked.
      if (!(error instanceof LookRefused) || error.refusal.kind !== 'missing') throw error;
    }
    const runs = lambdaRuns(name, lines).filter(({ endedAt = 0 }) => endedAt >= since);
    return { runs, isWhole: pages < MOST_PAGES };
  },
};
