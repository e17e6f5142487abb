import { Args, Flags } from '@oclif/core';
import colors from 'picocolors';
import type { PutResult } from '../../../api/events.js';
import { PATHS } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { readInput } from '../../read-input.js';

/** `millrace events put SOURCE TYPE`: puts an event on the bus. */
export default class EventsPut extends MillraceCommand {
  static override summary = 'Put an event on the bus';
  static override description =
    'Answers when the event is durable and the executions that it starts exist. An event of an id that came before starts nothing again.';
  static override examples = [
    '<%= config.bin %> events put shop "Order placed" --detail \'{"id": 7}\'',
    '<%= config.bin %> events put shop "Order placed" --detail @order.json --id order-7',
  ];
  static override args = {
    source: Args.string({ required: true, description: 'who tells it' }),
    type: Args.string({ required: true, description: 'what happened' }),
  };
  static override flags = {
    detail: Flags.string({
      description: 'JSON object, @FILE, or - for standard input',
      default: '{}',
    }),
    id: Flags.string({ description: 'the same id again is the same event' }),
    bus: Flags.string({ description: 'name of the bus', default: 'default' }),
    ...serverFlags,
  };

  async run(): Promise<PutResult> {
    const { args, flags } = await this.parse(EventsPut);
    const { bus, id } = flags;
    const event = {
      bus,
      source: args.source,
      detailType: args.type,
      detail: await readInput(flags.detail),
      ...(id === undefined ? {} : { id }),
    };
    const { results } = await this.client(flags).post<{ results: [PutResult] }>(PATHS.events, {
      events: [event],
    });
    const [result] = results;
    this.log(result.id);
    if (result.duplicate) this.say(colors.yellow('it came before: nothing was started again'));
    for (const { pipeline, name } of result.started) {
      this.say(
        `${result.duplicate ? 'had started' : 'started'} ${colors.bold(`${pipeline}/${name}`)}`,
      );
    }
    const { started, batched = [] } = result;
    for (const { pipeline, waiting, size, closesAt } of batched) {
      const latest = new Date(closesAt).toISOString();
      this.say(`waits for ${colors.bold(pipeline)}: ${waiting} of ${size}, until ${latest}`);
    }
    if (started.length + batched.length === 0 && !result.duplicate)
      this.say(colors.dim('no pipeline listens for it'));
    return result;
  }
}
