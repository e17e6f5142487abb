import { Args, Flags } from '@oclif/core';
import colors from 'picocolors';
import type { ExecutionDetail } from '../../api/executions.js';
import { PATHS, pathTo } from '../../api/paths.js';
import type { LogLine } from '../../api/traces.js';
import type { Page } from '../../api/values.js';
import { MillraceCommand, serverFlags } from '../base-command.js';
import type { Client } from '../client.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailure } from '../failure.js';
import { logText } from '../follow.js';
import { comingLines, findLines, foundText } from '../log-search.js';
import { time } from '../text.js';

type AnyLine = Parameters<typeof foundText>[0];

const keyOf = ({ number, at, state, stream, message }: AnyLine): string =>
  JSON.stringify([number, at, state, stream, message]);

/** What of the flags a search over all executions takes. */
interface SearchFlags {
  query?: string | undefined;
  since?: string | undefined;
  until?: string | undefined;
  state?: string | undefined;
  grep?: string | undefined;
  tail?: number | undefined;
  count: boolean;
  follow: boolean;
}

/** `millrace logs [ID]`: what the tasks of an execution printed, or those of all executions that a search finds. */
export default class Logs extends MillraceCommand {
  static override summary = 'Show what the tasks of an execution printed, or search all of it';
  static override description =
    'With --json: one log record a line, with the tags of the pipeline. Without an execution all are searched, and shown oldest first.';
  static override examples = [
    '<%= config.bin %> logs latest-failed',
    '<%= config.bin %> logs weather@latest -f',
    '<%= config.bin %> logs 42 --state transform --grep error',
    '<%= config.bin %> logs -q \'level:error tag.county:monroe "Access Denied" since:24h\'',
    '<%= config.bin %> logs -q level:error -f',
  ];
  static override args = {
    execution: Args.string({
      description: 'id, number, latest, latest-failed, PIPELINE@latest; without one: all',
    }),
  };
  static override flags = {
    query: Flags.string({
      char: 'q',
      description: 'only lines that this search finds: level:error tag.county:monroe "some text"',
    }),
    since: Flags.string({ description: 'only from then on: 24h, or 2026-11-20T05:00Z' }),
    until: Flags.string({ description: 'only before then' }),
    count: Flags.boolean({ description: 'say how many lines match, besides those shown' }),
    follow: Flags.boolean({
      char: 'f',
      description: 'go on as long as the execution runs; without one until Ctrl-C',
    }),
    state: Flags.string({ description: 'only of this state' }),
    tail: Flags.integer({ char: 'n', description: 'only the last lines', min: 1, max: 1000 }),
    grep: Flags.string({ description: 'only lines that contain this text (case does not matter)' }),
    ...serverFlags,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Logs);
    const client = this.client(flags);
    const searches = ['query', 'since', 'until', 'count'] as const;
    const { execution } = args;
    if (execution === undefined) {
      await this.#searchAll(client, flags);
      return;
    }
    const search = searches.find((flag) => flags[flag] !== undefined && flags[flag] !== false);
    if (search !== undefined) {
      throw new CommandFailure(`--${search} searches all executions, and ${execution} is one.`, {
        exitCode: EXIT.usage,
        code: 'MILL5121',
        fix: `Leave the execution out and ask for it: millrace logs -q 'execution:${execution} …'. Within one, --grep and --state choose lines.`,
      });
    }
    const path = pathTo(PATHS.execution, { id: execution });
    const { id } = await client.get<ExecutionDetail>(path);
    const wanted = flags.grep?.toLowerCase();
    let last: string | undefined;
    let shown = 0;
    const print = (lines: readonly LogLine[]): void => {
      for (const line of lines) {
        if (wanted !== undefined && !line.message.toLowerCase().includes(wanted)) continue;
        process.stdout.write(
          this.jsonEnabled() ? `${JSON.stringify(line)}\n` : `${logText(line)}\n`,
        );
        shown += 1;
      }
    };
    const page = async (): Promise<boolean> => {
      const query = new URLSearchParams({ limit: String(flags.tail ?? 1000) });
      if (flags.state !== undefined) query.set('state', flags.state);
      if (last !== undefined) query.set('cursor', last);
      else if (flags.tail !== undefined) query.set('from', 'tail');
      const { items, next } = await client.get<Page<LogLine>>(
        `${pathTo(PATHS.logs, { id })}?${query}`,
      );
      print(items);
      if (next !== undefined) last = next;
      return items.length > 0 && next !== undefined;
    };
    while (await page());
    if (flags.follow) {
      for (;;) {
        const { status } = await client.get<ExecutionDetail>(
          `${pathTo(PATHS.execution, { id })}?wait=0.5`,
        );
        while (await page());
        if (status !== 'RUNNING') break;
      }
    }
    if (shown === 0) this.say('No task of this execution has printed such a line.');
  }

  async #searchAll(client: Client, flags: SearchFlags): Promise<void> {
    const terms = [flags.query, flags.state && `state:${JSON.stringify(flags.state)}`];
    const wanted = [...terms, flags.grep && JSON.stringify(flags.grep)];
    const query = wanted.filter((term) => term !== undefined && term !== '').join(' ');
    const stop = new AbortController();
    // Listen first, then read what there is: nothing falls between.
    const coming = flags.follow ? comingLines(client, query, stop.signal) : undefined;
    await coming?.next();
    const { lines, count } = await findLines(client, {
      ...{ query, since: flags.since, until: flags.until, limit: flags.tail ?? 100 },
      count: flags.count ? 'all' : 'page',
      record: this.jsonEnabled() ? 'with' : 'without',
      progress: (backTo, found) =>
        this.say(colors.dim(`… searched back to ${time(backTo)}, ${found} lines so far`)),
    });
    const write = (text: string): void => void process.stdout.write(`${text}\n`);
    const print = (line: AnyLine): void =>
      write(this.jsonEnabled() ? JSON.stringify(line.record ?? line) : foundText(line));
    for (const line of lines.toReversed()) print(line);
    // What was written while we read is in both.
    const shown = new Map<string, number>();
    for (const line of lines) shown.set(keyOf(line), (shown.get(keyOf(line)) ?? 0) + 1);
    if (flags.count) {
      this.say(`${count.isExact ? '' : 'at least '}${count.value} lines match`);
    } else if (lines.length === 0) this.say('No line of any execution is like that.');
    else if (!count.isExact) this.say(colors.dim('… and older ones: -n shows more'));
    for await (const line of coming ?? []) {
      if (line === 'listening') continue;
      const times = shown.get(keyOf(line)) ?? 0;
      if (times > 0) shown.set(keyOf(line), times - 1);
      else print(line);
    }
  }

  /** The lines are written as they come; there is no document after them. */
  protected override logJson(): void {}
}
