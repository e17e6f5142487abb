import { Flags } from '@oclif/core';
import colors from 'picocolors';
import type { BoardGroup } from '../../api/checks.js';
import type { Health } from '../../api/health.js';
import type { Overview } from '../../api/overview.js';
import { PATHS } from '../../api/paths.js';
import { MillraceCommand, serverFlags } from '../base-command.js';
import { EXIT } from '../exit-codes.js';
import { money } from '../money.js';
import { expectationTable, looks, moment, subjectName, tagQuery } from '../monitoring-text.js';
import { duration, firstLine, table } from '../text.js';
import { outlookTable } from './outlook.js';

/** Of each kind; `--all` shows what the server sends. */
const MOST = 20;

/** `millrace status`: the whole system at a glance. */
export default class Status extends MillraceCommand {
  static override summary =
    'Show the whole system: late or never started, failing, running, due next';
  static override description =
    'The worst first. With --by it shows a board: one line for each value of a tag. With --check it ends with 10 when something is late, missing or failing.';
  static override examples = [
    '<%= config.bin %> status',
    '<%= config.bin %> status --tag state:ca --by county',
    '<%= config.bin %> status --check',
  ];
  static override flags = {
    tag: Flags.string({ multiple: true, description: 'only what has it: KEY:VALUE, or KEY' }),
    by: Flags.string({ description: 'a board by the values of this tag, or by `team`' }),
    all: Flags.boolean({ description: `more than ${MOST} of each kind` }),
    check: Flags.boolean({ description: 'end with 10 when something is late, missing or failing' }),
    ...serverFlags,
  };

  async run(): Promise<Overview | { items: BoardGroup[] }> {
    const { flags } = await this.parse(Status);
    const client = this.client(flags);
    const tags = tagQuery(flags.tag);
    const overview = await client.get<Overview>(`${PATHS.overview}?${tags.slice(1)}`);
    const { critical, late, missing } = overview.counts;
    if (flags.check && critical + late + missing > 0) process.exitCode = EXIT.checkFailed;
    if (flags.by !== undefined) {
      // A line shows the worst; --json has all of them.
      const items = this.jsonEnabled() ? '' : '&items=1';
      const path = `${PATHS.board}?by=${encodeURIComponent(flags.by)}${items}${tags}`;
      const board = await client.get<{ items: BoardGroup[] }>(path);
      this.#tellBoard(board.items, flags.by);
      return board;
    }
    const { status, problem } = await client.get<Health>(PATHS.health);
    if (status === 'draining' || status === 'held') {
      this.log(`${colors.yellow(`! The server is ${status}:`)} ${problem ?? ''}\n`);
    }
    this.#tell(overview, flags.all ? Number.POSITIVE_INFINITY : MOST);
    return overview;
  }

  #tell(overview: Overview, most: number): void {
    const { now, counts, late, failing, warning, running, foreseen, next } = overview;
    const { watched, critical, missing, ok } = counts;
    const bad = critical + missing + counts.late;
    const head =
      bad === 0 && counts.warning === 0
        ? colors.green(`✔ All ${watched} that are watched stand as expected.`)
        : `${watched} watched: ${colors.green(`${ok} OK`)}, ${counts.warning} without new data, ${colors.red(`${critical} failing`)}, ${counts.late} late, ${colors.red(`${missing} missing`)}.`;
    this.log(`${head} ${counts.running} running, ${counts.due} due within the hour.`);
    this.#part('Late or never started', late.length, counts.late + missing, most, () =>
      expectationTable(late.slice(0, most)),
    );
    const failures = (items: Overview['failing']): string =>
      table(
        ['status', 'what', 'since', 'last success', 'cause'],
        items
          .slice(0, most)
          .map(({ subject, last, lastSuccessAt }) => [
            looks(last.status),
            subjectName(subject),
            `${duration(now - last.at)} ago`,
            lastSuccessAt === undefined ? 'never' : `${duration(now - lastSuccessAt)} ago`,
            firstLine(last.cause, 80),
          ]),
      );
    this.#part('Failing', failing.length, critical, most, () => failures(failing));
    this.#part('No new data', warning.length, counts.warning, most, () => failures(warning));
    this.#part('Will cross their limits', foreseen.length, foreseen.length, most, () =>
      outlookTable(foreseen.slice(0, most)),
    );
    this.#part('Running', running.length, counts.running, most, () =>
      table(
        ['pipeline', 'team', 'for', 'execution'],
        running
          .slice(0, most)
          .map(({ pipeline, team, startedAt, id }) => [
            pipeline,
            team,
            duration(now - startedAt),
            id,
          ]),
      ),
    );
    this.#part('Within the next hour', next.length, counts.due, most, () =>
      table(
        ['at', 'pipeline', 'what'],
        next
          .slice(0, most)
          .map(({ at, pipeline, team, what, words }) => [
            moment(at),
            `${team}/${pipeline}`,
            what === 'start' ? `starts: ${words}` : words,
          ]),
      ),
    );
  }

  #part(title: string, shown: number, all: number, most: number, text: () => string): void {
    if (shown === 0) return;
    const left = all - Math.min(shown, most);
    const more = left > 0 ? colors.dim(`\n  and ${left} more`) : '';
    this.log(`\n${colors.bold(title)}\n${text()}${more}`);
  }

  #tellBoard(groups: readonly BoardGroup[], by: string): void {
    if (groups.length === 0) {
      this.say('Nothing is watched yet: a pipeline is, as soon as it has run or has `expect`.');
      return;
    }
    const words = ['OK', 'WARNING', 'CRITICAL', 'MISSING', 'LATE'] as const;
    const isPriced = groups.some(({ today }) => today !== undefined);
    const rows = groups.map(({ value, tile, counts, today, items }) => [
      looks(tile),
      value === '' ? colors.dim('(none)') : value,
      ...words.map((word) => (counts[word] === 0 ? colors.dim('·') : String(counts[word]))),
      ...(isPriced ? [today === undefined ? '' : money(today.cost, today.currency)] : []),
      tile === 'OK'
        ? ''
        : firstLine(`${items[0] ? subjectName(items[0].subject) : ''}: ${items[0]?.why ?? ''}`, 70),
    ]);
    this.log(
      table(
        [
          ...['', by, 'ok', 'no data', 'failing', 'missing', 'late'],
          ...(isPriced ? ['cost today'] : []),
          'worst',
        ],
        rows,
      ),
    );
  }
}
