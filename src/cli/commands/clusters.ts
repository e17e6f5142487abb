import type { ClusterPool, PooledCluster } from '../../api/cluster-pools.js';
import { PATHS } from '../../api/paths.js';
import { MillraceCommand, serverFlags } from '../base-command.js';
import { duration, printable, table } from '../text.js';

/** `millrace clusters`: pools of clusters, and who has or waits for one. */
export default class Clusters extends MillraceCommand {
  static override summary =
    'List the pools of clusters, their clusters, and who has or waits for one';
  static override examples = ['<%= config.bin %> clusters', '<%= config.bin %> clusters --json'];
  static override flags = { ...serverFlags };

  async run(): Promise<{ items: ClusterPool[] }> {
    const { flags } = await this.parse(Clusters);
    const page = await this.client(flags).get<{ items: ClusterPool[] }>(PATHS.clusterPools);
    if (page.items.length === 0) {
      this.say(
        "There is none. A team's file declares one by clusterPools, and a pipeline takes a cluster with: cluster: { pool: NAME }",
      );
      return page;
    }
    const now = Date.now();
    const rows = page.items.flatMap((pool) => [
      headOf(pool),
      ...pool.clusters.map((one) => rowOf(one, now)),
    ]);
    this.log(table(['pool', 'cluster', 'is', 'for', ''], rows));
    return page;
  }
}

function headOf({ name, team, max, clusters, waiting }: ClusterPool): string[] {
  const wait = waiting === 0 ? '' : `${waiting} ${waiting === 1 ? 'waits' : 'wait'}`;
  const size = max === 0 ? 'drained: no file declares it' : `${clusters.length} of ${max}`;
  return [printable(`${team}/${name}`), size, '', '', wait];
}

function rowOf(one: PooledCluster, now: number): string[] {
  const { cluster = '-', phase, users, since, idleSince, why, trouble } = one;
  const isIdle = phase === 'ready' && users.length === 0;
  const more = users.length > 0 ? users.join(', ') : (trouble ?? why ?? '');
  return [
    ...['', printable(cluster), isIdle ? 'idle' : phase === 'ready' ? 'taken' : phase],
    ...[duration(Math.max(0, now - (idleSince ?? since))), printable(more)],
  ];
}
