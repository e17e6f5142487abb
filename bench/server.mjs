// The server of the benchmarks: the real one, in a process of its own, with the pipelines that are measured. Speaks with
// the benchmark by IPC: address and token at first, figures about itself when asked.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { startServer } from '../dist/server.js';

const [data, traces, place, standby] = process.argv.slice(2);
const server = await startServer({
  data,
  port: 0,
  ...(traces ? { traces: { url: traces } } : {}),
  ...(place ? { place } : {}),
  ...(standby
    ? {
        standby: {
          signal: new AbortController().signal,
          onWaiting: () => process.send('standing by'),
        },
        sealKey: standby,
      }
    : {}),
});

const chain = (state, length = 10, top = {}) => {
  const States = {};
  for (let i = 0; i < length; i++) {
    States[`Step${i}`] = {
      ...state,
      ...(i < length - 1 ? { Next: `Step${i + 1}` } : { End: true }),
    };
  }
  return { ...top, StartAt: 'Step0', States };
};
const jsonata = { QueryLanguage: 'JSONata' };
const pipelines = {
  pass: chain({ Type: 'Pass', Parameters: { 'v.$': '$.v', step: 'next' } }),
  task: chain({ Type: 'Task', Resource: 'millrace:echo', Parameters: { 'v.$': '$.v' } }),
  jsonata: chain(
    { Type: 'Pass', Output: { v: '{% $states.input.v + 1 %}', step: 'next' } },
    10,
    jsonata,
  ),
  // 25,000 events: what Step Functions allows.
  longest: {
    StartAt: 'Count',
    States: {
      Count: { Type: 'Pass', Parameters: { 'n.$': 'States.MathAdd($.n, 1)' }, Next: 'More' },
      More: {
        Type: 'Choice',
        Choices: [{ Variable: '$.n', NumericLessThan: 6249, Next: 'Count' }],
        Default: 'Done',
      },
      Done: { Type: 'Succeed' },
    },
  },
  wait: { StartAt: 'Wait', States: { Wait: { Type: 'Wait', Seconds: 864_000, End: true } } },
  attack: {
    ...jsonata,
    StartAt: 'Attack',
    States: { Attack: { Type: 'Pass', Output: '{% $eval("1") %}', End: true } },
  },
};
const attacks = [
  '($f := function() { $f() }; $f())',
  '($f := function() { $g() }; $g := function() { $f() }; $f())',
  '($f := function($a) { $f($append($a, $a)) }; $f([1]))',
  '$pad("x", 100000000)',
  '$map([1..3000], function($a) { $map([1..3000], function($b) { $a * $b }) })',
  '$match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /^(a+)+$/)',
  '$reduce([1..1000000], function($a, $b) { $a & $string($b) }, "")',
];
attacks.forEach((expression, i) => {
  pipelines[`attack-${i}`] = {
    ...jsonata,
    StartAt: 'Attack',
    States: { Attack: { Type: 'Pass', Output: `{% ${expression} %}`, End: true } },
  };
});
delete pipelines.attack;
const sections = {
  listener: { trigger: { events: [{ pattern: { source: ['bench'] }, inputPath: '$.detail' }] } },
};
pipelines.listener = { StartAt: 'Done', States: { Done: { Type: 'Succeed' } } };
for (const [name, definition] of Object.entries(pipelines)) {
  await server.engine.pipelines.deploy({
    name,
    team: name === 'listener' ? 'default' : 'bench',
    tags: {},
    definition,
    bindings: {},
    folder: data,
    ...(sections[name] === undefined ? {} : { sections: sections[name] }),
  });
}

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
let delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
process.on('message', (message) => {
  if (message === 'figures') {
    const { commits, transitions, loaded } = server.engine.health();
    const stall = delay.max / 1e6;
    delay.disable();
    delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    process.send({
      commits,
      transitions,
      loaded,
      rss: process.memoryUsage().rss,
      stall,
      cpu: cpuMs(),
    });
  }
  if (message === 'sweep') {
    void server.engine.retention.sweep().then(({ removed }) => process.send({ removed }));
  }
  if (message === 'close') void server.close().then(() => process.exit(0));
});
const { token } = JSON.parse((await import('node:fs')).readFileSync(`${data}/server.json`, 'utf8'));
const key = await server.accessKeys.issue({
  team: 'bench',
  role: 'operator',
  label: 'bench',
});
process.send({ url: server.url, token, key, attacks: attacks.length });
