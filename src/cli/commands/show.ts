import { Args, Flags } from '@oclif/core';
import colors from 'picocolors';
import type { ExecutionDetail, Usage } from '../../api/executions.js';
import { PATHS, pathTo } from '../../api/paths.js';
import type { PipelineDetail, PipelineOverview } from '../../api/pipelines.js';
import type { StateVisit } from '../../api/traces.js';
import { MillraceCommand, serverFlags } from '../base-command.js';
import type { Client } from '../client.js';
import { errorBox } from '../error-box.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { outcomeText } from '../follow.js';
import { money } from '../money.js';
import {
  duration,
  firstLine,
  printable,
  printableJson,
  status,
  statusOf,
  table,
  time,
} from '../text.js';

/** `millrace show`: pipelines, one pipeline, or one execution. */
export default class Show extends MillraceCommand {
  static override summary = 'Show all pipelines, one pipeline, or one execution';
  static override description =
    'Without an argument: the pipelines with their latest executions. An execution may be given by its id, number, PIPELINE/NAME, latest, latest-failed or PIPELINE@latest.';
  static override examples = [
    '<%= config.bin %> show',
    '<%= config.bin %> show latest-failed',
    '<%= config.bin %> show weather --asl',
  ];
  static override args = {
    what: Args.string({ description: 'name of a pipeline, or an execution' }),
  };
  static override flags = {
    asl: Flags.boolean({
      description: 'print the Amazon States Language definition of a pipeline',
    }),
    state: Flags.string({ description: 'show input and output of this state' }),
    ...serverFlags,
  };

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Show);
    const client = this.client(flags);
    if (args.what === undefined) return await this.#pipelines(client);
    const { items } = await client.get<{ items: PipelineOverview[] }>(PATHS.pipelines);
    const overview = items.find((pipeline) => pipeline.name === args.what);
    if (overview !== undefined) return await this.#pipeline(client, overview, flags.asl);
    if (flags.asl) {
      throw new CommandFailure(`There is no pipeline '${args.what}'.`, {
        exitCode: EXIT.notFound,
        code: 'MILL3001',
        fix: `Its name may be one of: ${items.map((pipeline) => pipeline.name).join(', ')}`,
      });
    }
    return await this.#execution(client, args.what, flags.state);
  }

  async #pipelines(client: Client): Promise<unknown> {
    const { items } = await client.get<{ items: PipelineOverview[] }>(PATHS.pipelines);
    if (items.length === 0) {
      this.say(
        'No pipeline is deployed. Put a pipeline file into the watched folder, or make one with: millrace init',
      );
      return { items };
    }
    const rows = items.map((one) => {
      const last = one.recent[0];
      return [
        one.name,
        one.team,
        `v${one.version}`,
        one.recent
          .slice(0, 10)
          .map((execution) => tick(execution.status))
          .join(''),
        last === undefined ? '' : status(last.status),
        last === undefined ? 'never ran' : time(last.startedAt),
        one.problems === 0 ? '' : colors.yellow(`${one.problems} problems in its file`),
      ];
    });
    this.log(table(['pipeline', 'team', 'version', 'latest', 'last', 'started', ''], rows));
    return { items };
  }

  async #pipeline(client: Client, overview: PipelineOverview, asl: boolean): Promise<unknown> {
    const detail = await client.get<PipelineDetail>(
      pathTo(PATHS.pipeline, { name: overview.name }),
    );
    if (asl) {
      this.log(printableJson(detail.deployment.definition));
      return detail.deployment.definition;
    }
    this.log(
      `${colors.bold(detail.name)} ${colors.dim(`version ${detail.version}, team ${detail.team}`)}`,
    );
    const tags = Object.entries(detail.tags).map(([key, value]) => `${key}=${value}`);
    if (tags.length > 0) this.log(`tags   ${tags.join(' ')}`);
    this.log(`folder ${detail.deployment.folder}\n`);
    const rows = overview.recent.map((one) => [
      `#${one.number}`,
      one.id,
      statusOf(one),
      time(one.startedAt),
      one.stoppedAt === undefined ? '' : duration(one.stoppedAt - one.startedAt),
    ]);
    this.log(
      rows.length === 0
        ? 'It has not run yet.'
        : table(['no', 'id', 'status', 'started', 'took'], rows),
    );
    return detail;
  }

  async #execution(client: Client, id: string, state: string | undefined): Promise<unknown> {
    const execution = await client.get<ExecutionDetail>(pathTo(PATHS.execution, { id }));
    const { items } = await client.get<{ items: StateVisit[] }>(pathTo(PATHS.states, { id }));
    if (state !== undefined) {
      const visits = items.filter((visit) => visit.name === state);
      if (visits.length === 0) {
        throw new CommandFailure(`The execution has not entered a state '${state}'.`, {
          exitCode: EXIT.notFound,
          code: 'MILL5006',
          fix: `It entered: ${[...new Set(items.map((visit) => visit.name))].join(', ')}`,
        });
      }
      for (const visit of visits) {
        this.log(`${colors.bold(printable(visit.name))} ${status(visit.status)}`);
        this.log(`input  ${printableJson(visit.input)}`);
        if (visit.output !== undefined) this.log(`output ${printableJson(visit.output)}`);
      }
      return visits;
    }
    this.log(outcomeText(execution));
    this.log(`${colors.dim('id      ')}${execution.id}`);
    this.log(
      `${colors.dim('started ')}${time(execution.startedAt)}${execution.redriveCount > 0 ? `, redriven ${execution.redriveCount} times` : ''}`,
    );
    const { triggeredBy, interval, queued } = execution;
    if (queued !== undefined) this.log(`${colors.dim('waits   ')}${queued}`);
    if (triggeredBy !== undefined) {
      const slot = interval === undefined ? '' : ` for ${interval}`;
      this.log(`${colors.dim('by      ')}${triggeredBy.type}${slot}`);
    }
    this.log(`${colors.dim('version ')}${execution.version}`);
    for (const line of usageLines(execution.usage)) this.log(line);
    this.log('');
    const box = errorBox(execution, items);
    if (box !== '') this.log(box);
    const rows = items.map((visit) => [
      `${'  '.repeat(visit.iterations.length)}${printable(visit.name)}${visit.iterations.map(({ index }) => ` [${index}]`).join('')}`,
      visit.type,
      status(visit.status),
      duration((visit.exitedAt ?? Date.now()) - visit.enteredAt),
      visit.attempts > 1 ? `${visit.attempts} attempts` : '',
      visit.error === undefined ? '' : firstLine(visit.error, 60),
    ]);
    this.log(table(['state', 'type', 'status', 'took', '', ''], rows));
    if (execution.output !== undefined) {
      this.log(`\n${colors.dim('output')}\n${printableJson(execution.output)}`);
    }
    return { ...execution, states: items };
  }
}

/** What it has used and cost, where there is something to tell. */
function usageLines({ retries, work, units, cost, currency, unpriced }: Usage): string[] {
  const parts = [
    ...Object.entries(work).map(([kind, ms]) => `${kind} ${duration(ms)}`),
    ...Object.entries(units).map(([unit, amount]) => `${printable(unit)} ${amount}`),
    ...(retries === 0 ? [] : [`${retries} ${retries === 1 ? 'retry' : 'retries'}`]),
  ];
  const free = unpriced === undefined ? '' : ` (without a price: ${unpriced.join(', ')})`;
  return [
    ...(parts.length === 0 ? [] : [`${colors.dim('used    ')}${parts.join(', ')}`]),
    ...(cost === undefined
      ? []
      : [`${colors.dim('cost    ')}${money(cost, currency ?? '')}${printable(free)}`]),
  ];
}

function tick(name: string): string {
  const text = status(name);
  // Only the sign: the row of ticks is read as a shape.
  return text.replace(` ${name}`, '');
}
