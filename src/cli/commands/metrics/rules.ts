import { readFileSync } from 'node:fs';
import { Flags } from '@oclif/core';
import { parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { parseDuration } from '../../../pipelines/duration.js';
import { MillraceCommand } from '../../base-command.js';
import { EXIT } from '../../exit-codes.js';
import { CommandFailure } from '../../failure.js';

const FILE = new URL('../../../../monitoring/prometheus/alerts.yaml', import.meta.url);
/** Alerts about the age of something that a job did; they share a threshold. */
const OF_AGE = ['JobStale', 'JobNeverSucceeded'];
const THRESHOLD = '3*60*60';

/** `millrace metrics rules`: the ready alert rules. */
export default class MetricsRules extends MillraceCommand {
  static override enableJsonFlag = false;
  static override summary = 'Write alert rules for Prometheus to standard output';
  static override description =
    'Name the file under rule_files of Prometheus. A job is stale when it has not succeeded for three hours, unless you say otherwise; write the rules out twice, with other thresholds and files, where jobs differ.';
  static override examples = [
    '<%= config.bin %> metrics rules > millrace-alerts.yaml',
    '<%= config.bin %> metrics rules --stale-after 26h --for 30m --owner parcels',
  ];
  static override flags = {
    'stale-after': Flags.string({
      description: 'how long after its last success a job is stale',
      default: '3h',
    }),
    for: Flags.string({
      description: 'how long it must be stale before the alert fires',
      default: '15m',
    }),
    owner: Flags.string({ description: 'label owner of all alerts', default: 'data-platform' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(MetricsRules);
    const age = secondsOf('stale-after', flags['stale-after']);
    const wait = secondsOf('for', flags.for);
    const document = parseDocument(readFileSync(FILE, 'utf8'));
    for (const group of (document.get('groups') as YAMLSeq<YAMLMap>).items) {
      for (const rule of (group.get('rules') as YAMLSeq<YAMLMap>).items) {
        rule.setIn(['labels', 'owner'], flags.owner);
        if (!OF_AGE.includes(String(rule.get('alert')))) continue;
        if (age !== 3 * 3600) {
          rule.set('expr', String(rule.get('expr')).replace(THRESHOLD, String(age)));
        }
        if (wait !== 900) rule.set('for', `${wait}s`);
      }
    }
    process.stdout.write(document.toString({ lineWidth: 0 }));
  }
}

/** @throws CommandFailure when it is no duration of whole seconds */
function secondsOf(flag: string, text: string): number {
  const seconds = text === '0s' ? 0 : parseDuration(text);
  if (seconds !== undefined && Number.isInteger(seconds)) return seconds;
  throw new CommandFailure(`'${text}' is no time for --${flag}.`, {
    exitCode: EXIT.usage,
    code: 'MILL5060',
    fix: 'Give a number and a unit, such as 26h or 30m.',
  });
}
