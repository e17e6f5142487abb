import { Flags } from '@oclif/core';
import colors from 'picocolors';
import type { StoredEvent } from '../../../api/events.js';
import { PATHS } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';

/** `millrace events tail`: the latest events, and those to come. */
export default class EventsTail extends MillraceCommand {
  static override summary = 'Show the latest events, and with --follow those to come';
  static override description = 'With --json: one event a line, as it is stored.';
  static override examples = [
    '<%= config.bin %> events tail',
    '<%= config.bin %> events tail --follow --bus night',
  ];
  static override flags = {
    follow: Flags.boolean({ char: 'f', description: 'go on until Ctrl-C' }),
    lines: Flags.integer({ char: 'n', description: 'how many', default: 20, min: 1, max: 1000 }),
    bus: Flags.string({ description: 'only of this bus' }),
    ...serverFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(EventsTail);
    const client = this.client(flags);
    const get = async (more: { [name: string]: string }): Promise<StoredEvent[]> => {
      const query = new URLSearchParams({ ...(flags.bus ? { bus: flags.bus } : {}), ...more });
      return (await client.get<{ items: StoredEvent[] }>(`${PATHS.storedEvents}?${query}`)).items;
    };
    const latest = (await get({ limit: String(flags.lines) })).toReversed();
    for (const event of latest) this.#print(event);
    let last = latest.at(-1)?.number ?? 0;
    while (flags.follow) {
      const events = await get({ after: String(last), limit: '1000' });
      for (const event of events) this.#print(event);
      last = events.at(-1)?.number ?? last;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    if (latest.length === 0) this.say('No event has come yet.');
  }

  #print(event: StoredEvent): void {
    if (this.jsonEnabled()) {
      process.stdout.write(`${JSON.stringify(event)}\n`);
      return;
    }
    const { storedAt, source, detailType, id, matched, batched = [], envelope } = event;
    const time = new Date(storedAt).toISOString().slice(0, 19).replace('T', ' ');
    const came = [...matched, ...batched.map((pipeline) => `${pipeline} (batch)`)];
    const started = came.length === 0 ? '' : colors.green(` → ${came.join(', ')}`);
    const detail = JSON.stringify(envelope.detail);
    const shown = detail.length > 200 ? `${detail.slice(0, 200)}…` : detail;
    process.stdout.write(
      `${colors.dim(time)} ${colors.bold(source)} ${detailType}${started} ${colors.dim(id)}\n  ${colors.dim(shown)}\n`,
    );
  }

  /** The lines are written as they come; there is no document after them. */
  protected override logJson(): void {}
}
