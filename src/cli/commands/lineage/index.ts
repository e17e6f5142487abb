import { Args, Flags } from '@oclif/core';
import type { Lineage, VersionRepair } from '../../../api/lineage.js';
import { PATHS, pathTo } from '../../../api/paths.js';
import { MillraceCommand, serverFlags } from '../../base-command.js';
import { dataReference } from '../../data-text.js';
import { columnsText, lineageText, repairText } from '../../lineage-text.js';

/** `millrace lineage NAME[@VERSION]`. */
export default class ShowLineage extends MillraceCommand {
  static override summary = 'Show what data was made of, or what was made of it';
  static override description =
    'Follows versions over pipelines and teams, and into what others tell by OpenLineage. With --columns also which columns came from which; with --repair what a bad version touched and what to do about it.';
  static override examples = [
    '<%= config.bin %> lineage parcels/example',
    '<%= config.bin %> lineage parcels/example@20261130T063000Z-0000abcd --down --hops 5',
    '<%= config.bin %> lineage parcels/example --columns',
    '<%= config.bin %> lineage parcels/example@20261130T063000Z-0000abcd --repair',
    "<%= config.bin %> lineage warehouse/orders --namespace 's3://lake' --down",
  ];
  static override args = {
    dataset: Args.string({ description: 'NAME, or NAME@VERSION', required: true }),
  };
  static override flags = {
    up: Flags.boolean({ description: 'what it was made of (default)', exclusive: ['down'] }),
    down: Flags.boolean({ description: 'what was made of it' }),
    hops: Flags.integer({ description: 'how far', default: 2, min: 1, max: 20 }),
    limit: Flags.integer({ description: 'at most so many', default: 200, min: 1, max: 1_000 }),
    columns: Flags.boolean({ description: 'which columns came from which' }),
    repair: Flags.boolean({
      description: 'what it touched, and what to do: for a version that is bad',
      exclusive: ['up', 'down', 'columns'],
    }),
    namespace: Flags.string({
      description: 'of data of others: NAME is theirs',
      exclusive: ['repair'],
    }),
    ...serverFlags,
  };

  async run(): Promise<Lineage | VersionRepair> {
    const { args, flags } = await this.parse(ShowLineage);
    const { namespace } = flags;
    const asked =
      namespace === undefined
        ? dataReference(args.dataset)
        : { name: args.dataset, version: 'current' };
    const { name, version, team = flags.team } = { team: undefined, ...asked };
    const client = this.client({ ...flags, team: team ?? flags.team });
    if (flags.repair) {
      const repair = await client.get<VersionRepair>(
        pathTo(PATHS.versionRepair, { name, version }),
      );
      this.log(repairText(repair));
      if (repair.isCut) this.say('It touched more than is told.');
      return repair;
    }
    const query = new URLSearchParams({
      ...(namespace === undefined ? { version } : { namespace }),
      direction: flags.down ? 'down' : 'up',
      hops: String(flags.hops),
      limit: String(flags.limit),
      columns: String(flags.columns === true),
    });
    const lineage = await client.get<Lineage>(`${pathTo(PATHS.lineage, { name })}?${query}`);
    this.log(lineageText(lineage));
    if (flags.columns) {
      const ours = lineage.nodes.filter(({ provider }) => provider === 'millrace');
      for (const node of ours) this.log(`\n${columnsText(node)}`);
    }
    if (lineage.isCut) this.say(`There is more: --hops ${flags.hops + 2} --limit 1000`);
    return lineage;
  }
}
