/**
 * From the history of an execution to its spans.
 *
 *     execution ──▶ visits of states, those within a Map or Parallel below it ──▶ attempts of tasks
 *
 * Every event links to an earlier one of its thread, so it is known which visit it belongs to. A redrive gets a span of its
 * own below the execution's, with what has happened since; what was sent before is not sent again.
 * @module
 */
import type { HistoryEvent } from '../../../asl/transition.js';
import { spanIdOf, traceIdOf } from '../../kernel/trace-ids.js';
import type { TracedExecution } from '../../kernel/trace-port.js';

export type Attributes = { readonly [key: string]: string | number | boolean };

export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly start: number;
  end?: number;
  attributes: Attributes;
  /** Why it failed; absent: it did not. */
  failure?: string;
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
}

/** Where an event stands. */
interface Place {
  /** The open visit that it belongs to. */
  readonly visit?: Span;
  /** Span under which the next visit is. */
  readonly below: string;
}

const TASK =
  /^(Task|LambdaFunction|Activity)(Scheduled|Started|Succeeded|Failed|TimedOut|StartFailed|ScheduleFailed|SubmitFailed)$/;
const INSIDE = /^(MapIterationStarted|MapStateStarted|ParallelStateStarted)$/;
/** Characters of a text in an attribute. */
const LONGEST = 1_000;

/**
 * The spans of an execution, its own first.
 * @param history oldest first, from the beginning; cut off where it is too long
 * @param parentId id of the execution whose task started it: its trace is linked
 * @example spansOf(execution, history).map(({ name }) => name) // ['nightly', 'Extract', 'Extract attempt 0']
 */
export function spansOf(
  execution: TracedExecution,
  history: readonly HistoryEvent[],
  parentId?: string,
): Span[] {
  const { id } = execution;
  const again = history.findLast(({ type }) => type === 'ExecutionRedriven');
  const since = again?.id ?? 0;
  const root = rootSpan(execution, since, again?.at, parentId);
  const tracer = new Tracer(id, root);
  for (const event of history) if (event.id >= since) tracer.take(event);
  return [root, ...tracer.close(execution.stoppedAt)];
}

function rootSpan(
  execution: TracedExecution,
  since: number,
  redrivenAt: number | undefined,
  parentId: string | undefined,
): Span {
  const { id, pipeline, status, error, interval, trigger, tags } = execution;
  const failed = status === 'SUCCEEDED' ? {} : { failure: error ?? status };
  const links = parentId && [{ traceId: traceIdOf(parentId), spanId: spanIdOf(parentId, 0) }];
  return {
    traceId: traceIdOf(id),
    spanId: spanIdOf(id, since),
    ...(since === 0 ? {} : { parentSpanId: spanIdOf(id, 0) }),
    name: since === 0 ? pipeline : `${pipeline} redrive`,
    start: redrivenAt ?? execution.startedAt,
    end: execution.stoppedAt,
    attributes: {
      'millrace.execution.id': id,
      'millrace.execution.name': execution.name,
      'millrace.execution.status': status,
      'millrace.pipeline': pipeline,
      'millrace.team': execution.team,
      ...(interval === undefined ? {} : { 'millrace.interval': interval }),
      ...(trigger === undefined ? {} : { 'millrace.trigger': trigger }),
      ...Object.fromEntries(
        Object.entries(tags).map(([key, value]) => [`millrace.tag.${key}`, value]),
      ),
    },
    ...failed,
    ...(links ? { links } : {}),
  };
}

class Tracer {
  readonly #execution: string;
  readonly #root: Span;
  readonly #spans: Span[] = [];
  readonly #places: Map<number, Place> = new Map();
  /** The attempt of a visit that has not ended, or was only scheduled. */
  readonly #attempts: Map<Span, { scheduled: HistoryEvent; span?: Span }> = new Map();
  readonly #counts: Map<Span, number> = new Map();

  constructor(execution: string, root: Span) {
    this.#execution = execution;
    this.#root = root;
  }

  take(event: HistoryEvent): void {
    const { id, prev, type, details } = event;
    const before = this.#places.get(prev) ?? { below: this.#root.spanId };
    if (type.endsWith('StateEntered')) {
      const attributes = { 'millrace.state.type': type.slice(0, -'StateEntered'.length) };
      const visit = this.#open(event, String(details.name), before.below, attributes);
      this.#places.set(id, { visit, below: before.below });
      return;
    }
    if (type.endsWith('StateExited')) {
      const visit = this.#leaving(before, String(details.name));
      if (visit !== undefined) visit.end = event.at;
      this.#places.set(id, { below: visit?.parentSpanId ?? before.below });
      return;
    }
    const { visit } = before;
    if (INSIDE.test(type) && visit !== undefined) {
      this.#places.set(id, { visit, below: visit.spanId });
      return;
    }
    this.#places.set(id, before);
    if (visit !== undefined) this.#tell(event, visit);
  }

  #tell(event: HistoryEvent, visit: Span): void {
    const { type, details } = event;
    const step = TASK.exec(type)?.[2];
    if (step === undefined) {
      if (/(Failed|TimedOut)$/.test(type)) visit.failure = failureOf(event);
      return;
    }
    if (step === 'Scheduled') {
      this.#attempts.set(visit, { scheduled: event });
      return;
    }
    const attempt = this.#attempts.get(visit);
    if (attempt === undefined) return;
    if (step === 'Started') {
      attempt.span = this.#attempt(event, visit, attempt.scheduled);
      return;
    }
    // It failed before it began: nothing was handed to anybody.
    const span = attempt.span ?? this.#attempt(attempt.scheduled, visit, attempt.scheduled);
    span.end = event.at;
    this.#attempts.delete(visit);
    if (step === 'Succeeded') delete visit.failure;
    else {
      span.failure = failureOf(event);
      visit.failure = span.failure;
      if (typeof details.error === 'string') {
        span.attributes = { ...span.attributes, 'error.type': shortened(details.error) };
      }
    }
  }

  #attempt(event: HistoryEvent, visit: Span, scheduled: HistoryEvent): Span {
    const count = this.#counts.get(visit) ?? 0;
    this.#counts.set(visit, count + 1);
    const { resource, resourceType } = scheduled.details;
    return this.#open(event, `${visit.name} attempt ${count}`, visit.spanId, {
      'millrace.attempt': count,
      'millrace.attempt.waited_ms': event.at - scheduled.at,
      ...(typeof resource === 'string' ? { 'millrace.resource': shortened(resource) } : {}),
      ...(typeof resourceType === 'string' ? { 'millrace.resource.type': resourceType } : {}),
    });
  }

  #open({ id, at }: HistoryEvent, name: string, parent: string, attributes: Attributes): Span {
    const { traceId } = this.#root;
    const spanId = spanIdOf(this.#execution, id);
    const span: Span = { traceId, spanId, parentSpanId: parent, name, start: at, attributes };
    this.#spans.push(span);
    return span;
  }

  /** What leaves a Map or Parallel links to the last event within it. */
  #leaving({ visit }: Place, name: string): Span | undefined {
    if (visit?.name === name && visit.end === undefined) return visit;
    return this.#spans.findLast((span) => span.name === name && span.end === undefined);
  }

  /** What was open when the execution ended, ended with it. */
  close(at: number): Span[] {
    for (const span of this.#spans) {
      if (span.end !== undefined) continue;
      span.end = Math.max(at, span.start);
      span.attributes = { ...span.attributes, 'millrace.cut_off': true };
    }
    return this.#spans;
  }
}

function failureOf({ type, details: { error, cause } }: HistoryEvent): string {
  const why = typeof error === 'string' ? error : type;
  return shortened(typeof cause === 'string' && cause !== '' ? `${why}: ${cause}` : why);
}

function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
