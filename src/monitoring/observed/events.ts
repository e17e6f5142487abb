/**
 * What an event of AWS tells of a run, or of a thing at which somebody should look.
 *
 *     { source: 'aws.glue', 'detail-type': 'Glue Job State Change', … } ──▶ a run │ a hint: look at this thing now
 *
 * Some events do not name the run they are about (crawlers), or the thing by its name (EMR): they only make the next look come
 * sooner, so there is one way to what they tell.
 * @module
 */
import { athenaEvent } from './athena.js';
import { batchEvent } from './batch.js';
import { emrServerlessEvent, emrStepEvent } from './emr.js';
import { glueJobEvent, glueQualityEvents } from './glue.js';
import type { SeenRun } from './observed-run.js';
import { placeOfExecution, stateMachineEvent } from './state-machines.js';
import { instant, object, type Told, text } from './told.js';

/** An event, translated. */
export interface SeenEvent {
  readonly account: string;
  readonly region: string;
  readonly runs: readonly SeenRun[];
  /** Things to look at: `name` is their name or id. */
  readonly hints: readonly { readonly kind: string; readonly name: string }[];
}

/**
 * The event as its service wrote it. One that was passed on (by a rule's API destination to a webhook, by a program to PutEvents)
 * lies in the detail of the one that brought it, which was stamped here.
 * @example originalEvent({ source: 'webhook', detail: { source: 'aws.glue', account: '1…', … } }).source // 'aws.glue'
 */
export function originalEvent<Envelope extends Told>(envelope: Envelope): Envelope {
  const inner = object(envelope.detail);
  const isWhole =
    text(inner?.source) !== undefined &&
    text(inner?.['detail-type']) !== undefined &&
    text(inner?.account) !== undefined &&
    object(inner?.detail) !== undefined;
  return isWhole ? (inner as Envelope) : envelope;
}

/**
 * Translates an event; undefined when it is of no service that is watched, or tells no place.
 * @example seenInEvent({ source: 'aws.states', account: '111122223333', region: 'eu-central-1', … })?.runs[0]?.status
 */
export function seenInEvent(envelope: Told): SeenEvent | undefined {
  const detail = object(envelope.detail);
  const [source, type] = [text(envelope.source), text(envelope['detail-type'])];
  const [account, region] = [text(envelope.account), text(envelope.region)];
  if (detail === undefined || account === undefined || region === undefined) return undefined;
  const time = instant(envelope.time);
  const place = { account, region };
  const run = (seen: SeenRun | undefined): SeenEvent | undefined =>
    seen && { ...place, runs: [seen], hints: [] };
  switch (`${source}/${type}`) {
    case 'aws.glue/Glue Job State Change':
      return run(glueJobEvent(detail, time));
    case 'aws.glue/Glue Crawler State Change': {
      const name = text(detail.crawlerName);
      return name === undefined
        ? undefined
        : { ...place, runs: [], hints: [{ kind: 'glue-crawler', name }] };
    }
    case 'aws.glue-dataquality/Data Quality Evaluation Results Available':
    case 'aws.glue/Data Quality Evaluation Results Available':
      return { ...place, runs: glueQualityEvents(detail, time), hints: [] };
    case 'aws.states/Step Functions Execution Status Change': {
      const seen = stateMachineEvent(detail, time);
      // Where it ran is said by its name: an event that was passed on may have been stamped anew.
      return seen && { ...(placeOfExecution(seen.id) ?? place), runs: [seen], hints: [] };
    }
    case 'aws.batch/Batch Job State Change':
      return run(batchEvent(detail));
    case 'aws.athena/Athena Query State Change':
      return run(athenaEvent(detail, time));
    case 'aws.emr/EMR Step Status Change':
      return run(emrStepEvent(detail, time));
    case 'aws.emr-serverless/EMR Serverless Job Run State Change':
      return run(emrServerlessEvent(detail, time));
    default:
      return undefined;
  }
}
