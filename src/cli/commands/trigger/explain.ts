import { Args, Flags } from '@oclif/core';
import colors from 'picocolors';
import { PATHS, pathTo } from '../../../api/paths.js';
import type { ListedSchedule } from '../../../api/schedules.js';
import type { Arrivals, Batch, Trigger } from '../../../api/triggers.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { fireTime, firstLine } from '../../text.js';

/** Names of those who are missing that are told. */
const TOLD_NAMES = 20;

/** `millrace trigger explain NAME`: why has it not started? */
export default class TriggerExplain extends MillraceCommand {
  static override summary = 'Why has it not started? What the triggers of a pipeline wait for';
  static override description =
    'The next times of its schedule, each condition on other pipelines with since when and by which execution, who has not delivered, how many events wait in a batch, and the events that nearly matched with the first field that differs.';
  static override examples = [
    '<%= config.bin %> trigger explain orders',
    '<%= config.bin %> trigger explain orders --interval 2026-11-20',
  ];
  static override args = {
    pipeline: Args.string({ required: true, description: 'name of the pipeline' }),
  };
  static override flags = {
    interval: Flags.string({
      description: 'for conditions on other pipelines and arrivals (default: today)',
    }),
    ...serverFlags,
  };

  async run(): Promise<Trigger> {
    const { args, flags } = await this.parse(TriggerExplain);
    const query = flags.interval ? `?interval=${encodeURIComponent(flags.interval)}` : '';
    const path = `${pathTo(PATHS.trigger, { name: args.pipeline })}${query}`;
    const explained = await this.client(flags).get<Trigger>(path);
    const { schedule, clientSchedules = [], upstreams, files, events = [] } = explained;
    if (schedule) this.#tellSchedule(schedule);
    for (const one of clientSchedules) this.#tellClientSchedule(one);
    if (upstreams) this.#tellUpstreams(upstreams);
    if (files) this.#tellFiles(files);
    for (const rule of events) this.#tellRule(rule);
    const isIdle = !schedule && clientSchedules.length === 0 && !upstreams && !files;
    if (isIdle && events.length === 0) {
      this.log('It has no trigger that acts: only `millrace run` starts it.');
    }
    return explained;
  }

  #tellSchedule({ timezone, next, window, starts }: NonNullable<Trigger['schedule']>): void {
    this.log(`${colors.bold('schedule')} ${colors.dim(`times of ${timezone}`)}`);
    for (const [index, at] of next.entries()) {
      const start = starts?.[index] ?? at;
      const mark = start === at ? '' : 'starts ';
      this.log(
        `  ${fireTime(at, timezone, window)} ${colors.dim(`${mark}${new Date(start).toISOString()}`)}`,
      );
    }
    if (next.length === 0) this.log('  it does not fire again');
  }

  #tellClientSchedule({
    name,
    expression,
    timezone,
    state,
    window,
    next,
    failure,
  }: ListedSchedule): void {
    const title = `${colors.bold('schedule')} ${name} ${expression}`;
    this.log(`${title} ${colors.dim(`of a client, times of ${timezone}`)}`);
    if (state === 'DISABLED') this.log('  it is disabled');
    for (const { fireTime: at } of next) this.log(`  ${fireTime(at, timezone, window)}`);
    if (state === 'ENABLED' && next.length === 0) this.log('  it does not fire again');
    if (failure) this.log(`  ${colors.red('✖')} ${firstLine(failure.reason, 300)}`);
  }

  #tellUpstreams({ interval, verdict, conditions }: NonNullable<Trigger['upstreams']>): void {
    const said = {
      met: colors.green('met'),
      waiting: 'waiting',
      impossible: colors.red('not met'),
    };
    this.log(`${colors.bold('other pipelines')} for ${interval}: ${said[verdict]}`);
    for (const { verdict: one, because, since, eventId, expectedAt } of conditions) {
      const mark = { met: colors.green('✔'), waiting: '…', impossible: colors.red('✖') }[one];
      const when = since === undefined ? '' : `, since ${new Date(since).toISOString()}`;
      const expected =
        expectedAt === undefined ? '' : `, expected at ${new Date(expectedAt).toISOString()}`;
      this.log(`  ${mark} ${because}${when}${expected}`);
      if (eventId !== undefined) this.log(colors.dim(`      ${eventId}`));
    }
  }

  #tellBatch(what: string, { size, window, waiting, openedAt, closesAt, problem }: Batch): void {
    const limits = `${size}, or ${window} s after the first`;
    if (openedAt === undefined || closesAt === undefined) {
      this.log(`  batch of ${limits}: no ${what} wait`);
      return;
    }
    this.log(
      `  batch of ${limits}: ${waiting} of ${size} ${what} wait since ${new Date(openedAt).toISOString()}, starts by ${new Date(closesAt).toISOString()}`,
    );
    if (problem !== undefined) this.log(`  ${colors.red('✖')} could not start: ${problem}`);
  }

  #tellArrivals(arrivals: Arrivals): void {
    const { interval, expected, arrived, missing, unexpected, deadline, started, open } = arrivals;
    const names = missing.slice(0, TOLD_NAMES).join(', ');
    const more = missing.length > TOLD_NAMES ? `, and ${missing.length - TOLD_NAMES} more` : '';
    const lacking = missing.length === 0 ? '' : `, missing: ${names}${more}`;
    this.log(`  arrivals for ${interval}: ${arrived} of ${expected}${lacking}`);
    if (started) {
      this.log(
        `  ${colors.green('✔')} started ${new Date(started.at).toISOString()} ${started.name}`,
      );
    } else if (deadline !== undefined) {
      const at = new Date(deadline).toISOString();
      const then = arrivals.whenMissing === 'start' ? 'starts anyway' : 'expected by';
      this.log(
        arrivals.isLate
          ? `  ${colors.red('late')} since ${at}; starts when all have delivered`
          : `  ${then} ${at}`,
      );
    }
    if (unexpected.length > 0) this.log(`  not in the list: ${unexpected.join(', ')}`);
    for (const { interval: id, arrived: count } of open) {
      this.log(`  also waits for ${id}: ${count} of ${expected}`);
    }
    if (arrivals.problem !== undefined) this.log(`  ${colors.red('✖')} ${arrivals.problem}`);
  }

  #tellFiles({
    under,
    isGone,
    problem,
    quarantined,
    batch,
    arrivals,
  }: NonNullable<Trigger['files']>): void {
    const where = isGone ? colors.red('the folder is not there') : 'watched';
    this.log(`${colors.bold('files')} under ${under}: ${where}`);
    if (problem !== undefined) this.log(`  ${colors.red('✖')} ${problem}`);
    if (batch) this.#tellBatch('files', batch);
    if (arrivals) this.#tellArrivals(arrivals);
    for (const { manifest, since, problems } of quarantined) {
      const when = colors.dim(new Date(since).toISOString());
      this.log(`  ${colors.red('✖')} ${manifest} is held back since ${when}`);
      for (const { file, problem } of problems) this.log(`      ${file}: ${problem}`);
    }
  }

  #tellRule({
    bus,
    pattern,
    batch,
    matched,
    nearly,
  }: NonNullable<Trigger['events']>[number]): void {
    this.log(`${colors.bold('events')} on ${bus}: ${JSON.stringify(pattern)}`);
    if (batch) this.#tellBatch('events', batch);
    this.log(
      matched === undefined
        ? '  none of the latest events matched'
        : `  ${colors.green('✔')} last matched ${new Date(matched.at).toISOString()} ${colors.dim(matched.id)}`,
    );
    for (const { id, at, source, detailType, mismatch } of nearly) {
      const { path, wanted, found } = mismatch;
      this.log(`  nearly: ${source} ${detailType} ${new Date(at).toISOString()} ${colors.dim(id)}`);
      this.log(`      ${path}: wanted ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`);
    }
  }
}
