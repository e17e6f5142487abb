/**
 * The program of the exporter, a process beside the server: reads histories, makes spans, sends them.
 *
 *     batch ──▶ history, read only ──▶ spans ──▶ POST ──taken──▶ done
 *                                        ▲         └─ later (429, 502, 503, 504, no answer): 0.5 s, 1 s, 2 s, 4 s
 *                                        └───────────────┘            └─ no (others), or still no: dropped, and said
 *
 * It yields to the server wherever both want a processor. Of a history that is too long the beginning is traced.
 *
 * Source: OTLP Specification 1.x, "Retryable Response Codes", "Partial Success".
 * @module
 */
import { setPriority } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { HistoryEvent } from '../../../asl/transition.js';
import { exchange } from '../../../connectors/http/exchange.js';
import { isPublicAddress } from '../../../connectors/http/public-address.js';
import { openSource } from '../../../store/open-source.js';
import { readPlans } from '../../../store/queries.js';
import type { SourceReader } from '../../../store/source.js';
import type { TracedExecution } from '../../kernel/trace-port.js';
import type { Exported, ExportSettings, ToExporter } from './export-messages.js';
import { exportRequest } from './otlp.js';
import { type Span, spansOf } from './spans.js';

/** The least there is, so that the exporter gets what nobody else wants; see nice(2). */
const NICE = 19;
const TIMEOUT_MS = 5_000;
/** One page of a history. */
const READING_MS = 30_000;
const PAUSES_MS = [500, 1_000, 2_000, 4_000];
const LATER = new Set([429, 502, 503, 504]);
/** Events of one history. */
const LONGEST = 10_000;
const PAGE = 1_000;
/** Spans of one request. */
const MOST_SPANS = 1_000;
const ANSWER_BYTES = 65_536;

class Exporter {
  readonly #settings: ExportSettings;
  readonly #reader: SourceReader;

  static async open(settings: ExportSettings): Promise<Exporter> {
    return new Exporter(settings, await openSource(settings.source, READING_MS));
  }

  private constructor(settings: ExportSettings, reader: SourceReader) {
    this.#settings = settings;
    this.#reader = reader;
  }

  async export(executions: readonly TracedExecution[]): Promise<Exported> {
    const all = { executions: executions.length, taken: 0, dropped: 0 };
    let problem: string | undefined;
    const spans: Span[][] = [];
    for (const execution of executions) spans.push(await this.#spansOf(execution));
    for (const group of groupsOf(spans)) {
      const result = await this.#send(group.flat());
      all.taken += result.taken;
      if (result.problem === undefined) continue;
      all.dropped += group.length;
      problem = result.problem;
    }
    return { ...all, ...(problem === undefined ? {} : { problem }) };
  }

  async #spansOf(execution: TracedExecution): Promise<Span[]> {
    const history: HistoryEvent[] = [];
    while (history.length < LONGEST) {
      const after = history.at(-1)?.id ?? 0;
      const query = {
        execution: execution.number,
        after,
        order: 'ascending',
        limit: PAGE,
      } as const;
      const page = await this.#reader.read(readPlans.readHistory(query));
      history.push(...page);
      if (page.length < PAGE) break;
    }
    const { parent } = execution;
    const found =
      parent === undefined ? undefined : await this.#reader.read(readPlans.findExecution(parent));
    const parentId = found?.id;
    const spans = spansOf(execution, history, parentId);
    const [root] = spans;
    if (root && history.length >= LONGEST) {
      root.attributes = { ...root.attributes, 'millrace.history_cut_off': true };
    }
    return spans;
  }

  async #send(spans: readonly Span[]): Promise<{ taken: number; problem?: string }> {
    const body = JSON.stringify(exportRequest(spans, this.#settings.resource));
    let problem = '';
    for (const pause of [...PAUSES_MS, undefined]) {
      const answer = await this.#post(body);
      if ('rejected' in answer) {
        const { rejected, message } = answer;
        if (rejected === 0) return { taken: spans.length };
        const text = `the receiver rejected ${rejected} spans: ${message}`;
        return { taken: Math.max(0, spans.length - rejected), problem: text };
      }
      problem = answer.problem;
      if (!answer.isPassing || pause === undefined) break;
      await wait(pause);
    }
    return { taken: 0, problem };
  }

  async #post(
    body: string,
  ): Promise<{ rejected: number; message: string } | { problem: string; isPassing: boolean }> {
    const { url, headers, allowPrivateAddresses: allowed } = this.#settings;
    const isListed = (address: string): boolean =>
      typeof allowed === 'boolean' ? allowed : allowed.includes(address);
    try {
      const answer = await exchange(
        {
          url: new URL(url),
          method: 'POST',
          headers: {
            ...headers,
            'content-type': 'application/json',
            'content-length': String(Buffer.byteLength(body)),
            'user-agent': 'millrace',
          },
          body,
        },
        {
          isAllowed: (address) => isPublicAddress(address) || isListed(address),
          signal: AbortSignal.timeout(TIMEOUT_MS),
        },
      );
      let text = '';
      for await (const chunk of answer.setEncoding('utf8')) {
        text += chunk;
        if (text.length > ANSWER_BYTES) break;
      }
      const status = answer.statusCode ?? 0;
      if (status >= 200 && status < 300) return partialSuccess(text);
      return { problem: `the receiver answered ${status}`, isPassing: LATER.has(status) };
    } catch (error) {
      const { message, name } = error as Error;
      // An address that may not be dialled will not become one that may.
      const isPassing = name !== 'TaskFailure' && !('error' in (error as object));
      return { problem: `the receiver could not be reached: ${message}`, isPassing };
    }
  }

  async close(): Promise<void> {
    await this.#reader.close();
  }
}

/** What a receiver says that it has not taken. One that says nothing has taken all. */
function partialSuccess(text: string): { rejected: number; message: string } {
  try {
    const { partialSuccess: part } = JSON.parse(text) as {
      partialSuccess?: { rejectedSpans?: string | number; errorMessage?: string };
    };
    const rejected = Number(part?.rejectedSpans ?? 0);
    return {
      rejected: Number.isFinite(rejected) && rejected > 0 ? rejected : 0,
      message: String(part?.errorMessage ?? '').slice(0, 500),
    };
  } catch {
    return { rejected: 0, message: '' };
  }
}

/** Executions together that make a request of a good size. */
function groupsOf(traces: readonly Span[][]): Span[][][] {
  const groups: Span[][][] = [];
  let size = MOST_SPANS;
  for (const spans of traces) {
    if (size + spans.length > MOST_SPANS) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)?.push(spans);
    size += spans.length;
  }
  return groups;
}

function run(): void {
  try {
    setPriority(NICE);
  } catch {
    // Where it may not yield it works all the same.
  }
  let opening: Promise<Exporter> | undefined;
  // Without the server there is nothing to export.
  process.once('disconnect', () => process.exit());
  process.on('message', async (message: ToExporter) => {
    if (message.type === 'settings') {
      opening = Exporter.open(message.settings);
      // Told with each batch.
      opening.catch(() => undefined);
      return;
    }
    const executions = message.executions.length;
    const done = await opening
      ?.then((exporter) => exporter.export(message.executions))
      .catch((error: unknown) => ({
        ...{ executions, taken: 0, dropped: executions },
        problem: error instanceof Error ? error.message : String(error),
      }));
    if (done !== undefined && process.connected) process.send?.(done);
  });
}

run();
