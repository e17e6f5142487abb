// A server to be killed while clients make schedules and these fall due: the real engine on a real SQLite file. Its parent
// sends schedules of one time; it makes each and says when that was answered.
import { EVERYTHING, ofTeam } from '../../dist/engine/kernel/scope.js';
import { openKilledEngine } from './engine.mjs';

const [folder] = process.argv.slice(2);
const { engine } = openKilledEngine(folder, 'schedules.db');
await engine.open();
await engine.pipelines.deploy({
  name: 'orders',
  team: 'test',
  tags: {},
  bindings: {},
  folder,
  definition: { StartAt: 'Done', States: { Done: { Type: 'Succeed' } } },
});
const RoleArn = engine.arns.role;
const machine = { Arn: engine.arns.stateMachine('orders'), RoleArn };
const bus = {
  Arn: 'arn:aws:events:us-east-1:000000000000:event-bus/ticks',
  RoleArn,
  EventBridgeParameters: { Source: 'clock', DetailType: 'Tick' },
};
process.on('message', async (wanted) => {
  if (wanted === 'list') {
    const executions = [];
    for (let cursor; ; ) {
      const page = await engine.executions.list(EVERYTHING, {
        limit: 1000,
        ...(cursor ? { cursor } : {}),
      });
      executions.push(...page.items.map(({ triggeredBy }) => triggeredBy.schedule));
      cursor = page.next;
      if (cursor === undefined) break;
    }
    const events = await engine.events.list(EVERYTHING, { bus: 'ticks', limit: 1000 });
    process.send({
      executions,
      events: events.map(({ envelope }) => envelope.resources[0]),
      left: engine.scheduler.list(ofTeam('test')).map(({ name }) => name),
      failed: engine.schedules.list(EVERYTHING).flatMap(({ failure }) => failure ?? []),
    });
    return;
  }
  for (const { name, at, target, afterCompletion } of wanted) {
    const settings = {
      expression: `at(${at})`,
      timezone: 'UTC',
      state: 'ENABLED',
      afterCompletion,
      target: target === 'bus' ? bus : machine,
    };
    // The token makes it the same request when it comes again.
    engine.scheduler
      .create(ofTeam('test'), { group: 'default', name, settings, clientToken: name })
      .then(
        () => process.send({ made: name }),
        () => {},
      );
  }
});
process.send('ready');
