import { Flags } from '@oclif/core';
import colors from 'picocolors';
import type { StoredEvent } from '../../../api/events.js';
import { PATHS } from '../../../api/paths.js';
import type { Page } from '../../../api/values.js';
import { pagesOf } from '../../all-pages.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';

interface Named {
  readonly [name: string]: string;
}

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
    query: Flags.string({
      char: 'q',
      description: 'a search: source:shop type:"Order placed" detail.total:>100 since:24h',
    }),
    bus: Flags.string({ description: 'only of this bus' }),
    ...serverFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(EventsTail);
    const client = this.client(flags);
    const { bus, query } = flags;
    const get = async (more: Named, q = query): Promise<Page<StoredEvent>> => {
      const asked = new URLSearchParams({ ...(bus ? { bus } : {}), ...(q ? { q } : {}), ...more });
      return await client.get<Page<StoredEvent>>(`${PATHS.storedEvents}?${asked}`);
    };
    // What comes while the past is looked through is after this one.
    const [newest] = flags.follow ? (await get({ limit: '1' }, '')).items : [];
    const limit = String(flags.lines);
    const found = await pagesOf<StoredEvent>(flags.lines, (below) =>
      get({ limit, ...(below === undefined ? {} : { below }) }),
    );
    const latest = found.items.toReversed();
    for (const event of latest) this.#print(event);
    let last = Math.max(newest?.number ?? 0, latest.at(-1)?.number ?? 0);
    while (flags.follow) {
      const { items, next } = await get({ after: String(last), limit: '1000' });
      for (const event of items) this.#print(event);
      last = Number(next ?? items.at(-1)?.number ?? last);
      if (items.length < 1000) await new Promise((resolve) => setTimeout(resolve, 500));
    }
    if (latest.length === 0) {
      this.say(query === undefined ? 'No event has come yet.' : 'No event like that has come.');
    }
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
