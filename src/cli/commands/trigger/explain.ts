import { Args, Flags } from '@oclif/core';
import colors from 'picocolors';
import type { BatchState, TriggerExplanation } from '../../api-types.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';

/** `millrace trigger explain NAME`: why has it not started? */
export default class TriggerExplain extends MillraceCommand {
  static override summary = 'Why has it not started? What the triggers of a pipeline wait for';
  static override description =
    'The next times of its schedule, each condition on other pipelines with since when and by which execution, and the events that nearly matched with the first field that differs.';
  static override examples = [
    '<%= config.bin %> trigger explain orders',
    '<%= config.bin %> trigger explain orders --interval 2026-11-20',
  ];
  static override args = {
    pipeline: Args.string({ required: true, description: 'name of the pipeline' }),
  };
  static override flags = {
    interval: Flags.string({ description: 'for conditions on other pipelines (default: today)' }),
    ...serverFlags,
  };

  async run(): Promise<TriggerExplanation> {
    const { args, flags } = await this.parse(TriggerExplain);
    const query = flags.interval ? `?interval=${encodeURIComponent(flags.interval)}` : '';
    const path = `/pipelines/${encodeURIComponent(args.pipeline)}/trigger${query}`;
    const explained = await this.client(flags).get<TriggerExplanation>(path);
    const { schedule, upstreams, files, events = [] } = explained;
    if (schedule) this.#tellSchedule(schedule);
    if (upstreams) this.#tellUpstreams(upstreams);
    if (files) this.#tellFiles(files);
    for (const rule of events) this.#tellRule(rule);
    if (!schedule && !upstreams && !files && events.length === 0) {
      this.log('It has no trigger that acts: only `millrace run` starts it.');
    }
    return explained;
  }

  #tellSchedule({ timezone, next }: NonNullable<TriggerExplanation['schedule']>): void {
    this.log(`${colors.bold('schedule')} ${colors.dim(`times of ${timezone}`)}`);
    for (const at of next) {
      const text = new Date(at).toLocaleString('sv-SE', { timeZone: timezone });
      this.log(`  ${text} ${colors.dim(new Date(at).toISOString())}`);
    }
    if (next.length === 0) this.log('  it does not fire again');
  }

  #tellUpstreams({
    interval,
    verdict,
    conditions,
  }: NonNullable<TriggerExplanation['upstreams']>): void {
    const said = {
      met: colors.green('met'),
      waiting: 'waiting',
      impossible: colors.red('not met'),
    };
    this.log(`${colors.bold('other pipelines')} for ${interval}: ${said[verdict]}`);
    for (const { verdict: one, because, since, eventId, expectedAt } of conditions) {
      const mark = { met: colors.green('✔'), waiting: '…', impossible: colors.red('✖') }[one];
      const when = since === undefined ? '' : ` since ${new Date(since).toISOString()}`;
      const expected =
        expectedAt === undefined ? '' : `, expected at ${new Date(expectedAt).toISOString()}`;
      this.log(`  ${mark} ${because}${when}${expected}`);
      if (eventId !== undefined) this.log(colors.dim(`      ${eventId}`));
    }
  }

  #tellBatch(
    what: string,
    { size, window, waiting, openedAt, closesAt, problem }: BatchState,
  ): void {
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

  #tellFiles({
    under,
    isGone,
    quarantined,
    batch,
  }: NonNullable<TriggerExplanation['files']>): void {
    const where = isGone ? colors.red('the folder is not there') : 'watched';
    this.log(`${colors.bold('files')} under ${under}: ${where}`);
    if (batch) this.#tellBatch('files', batch);
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
  }: NonNullable<TriggerExplanation['events']>[number]): void {
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
