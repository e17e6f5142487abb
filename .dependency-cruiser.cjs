// The house's inner doors: which folder may import which (docs/architecture.md). What is not allowed is forbidden.
const rooms = {
  // The contract of the REST API: types of the pure rooms, see below.
  api: ['asl', 'events'],
  asl: [],
  events: [],
  // Calendars and zones are written once, where schedules are.
  monitoring: ['events'],
  datasets: [],
  secrets: [],
  search: [],
  // Of channels what a team's file may say of each.
  pipelines: ['asl', 'events', 'monitoring', 'datasets', 'channels', 'aws'],
  // Of search also code: what lies in the store is matched where it is read, beside the loop.
  store: ['asl', 'events', 'monitoring', 'datasets', 'search'],
  // Accounts of AWS, and calls to them.
  aws: ['secrets'],
  // Of datasets what a contract means, where versions lie: it is evaluated, and written, where the data is.
  connectors: ['secrets', 'aws', 'datasets'],
  channels: [],
  engine: [
    'asl',
    'events',
    'monitoring',
    'datasets',
    'pipelines',
    'store',
    'connectors',
    'channels',
    'secrets',
    'search',
    'aws',
  ],
  http: ['api', 'engine', 'pipelines', 'store', 'asl', 'events', 'monitoring', 'secrets', 'search'],
  deploy: ['pipelines', 'asl', 'events'],
  testing: ['engine', 'pipelines', 'store', 'connectors', 'asl', 'events', 'secrets', 'datasets'],
  // A process of its own on another machine: it performs tasks, and talks to the server over HTTP alone.
  worker: ['api', 'connectors', 'secrets'],
  // `up` and `demo` also start src/server.ts, `worker` src/worker, `contract` reads files; the rule below lets only them.
  cli: [
    'api',
    'pipelines',
    'deploy',
    'testing',
    'monitoring',
    'datasets',
    'asl',
    'events',
    'search',
    'aws',
  ],
};

const doors = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room}-imports-only-${allowed.join('-') || 'itself'}`,
  comment: `src/${room} may import ${allowed.length === 0 ? 'no other room' : allowed.join(', ')}`,
  severity: 'error',
  from: { path: `^src/${room}/`, pathNot: '\\.test\\.ts$' },
  to: {
    path: '^src/',
    pathNot: `^src/(${[room, ...allowed].join('|')})/${room === 'cli' ? '|^src/(server\\.ts|store/inspect-store\\.ts|store/backups/|store/copy/|connectors/dataset/contract/|worker/)' : ''}`,
  },
}));

module.exports = {
  forbidden: [
    ...doors,
    {
      name: 'nobody-imports-the-shell',
      comment: 'cli, http and server are the outermost rooms; only server.ts wires them together',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli/|server\\.ts|index\\.ts|http/)' },
      to: { path: '^src/(cli|http)/|^src/server\\.ts' },
    },
    {
      name: 'nobody-knows-other-hosts',
      comment: 'temporal/ is optional: it knows src/, and nothing in src/ knows it',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^temporal/|@temporalio/' },
    },
    {
      name: 'pure-folders-know-no-machine',
      comment:
        'asl, events, monitoring, datasets and search take time, ids and randomness from their arguments',
      severity: 'error',
      from: { path: '^src/(asl|events|monitoring|datasets|search)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'api-knows-zod-alone',
      comment:
        'the contract is read by the console too: schemas, and of the pure rooms nothing but types',
      severity: 'error',
      from: { path: '^src/api/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^(src/api/|node_modules/zod/)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'store-uses-only-types-of-the-core',
      comment: 'what the store writes is data; the rules about it live in the core',
      severity: 'error',
      from: { path: '^src/store/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/(asl|events|monitoring|datasets)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'kernel-knows-no-feature',
      comment: 'what must be durable is in one place, and does not know who joins it',
      severity: 'error',
      from: { path: '^src/engine/kernel/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/engine/', pathNot: '^src/engine/kernel/' },
    },
    {
      name: 'features-know-the-kernel-alone',
      comment:
        'a feature imports the kernel and never another feature: what it needs of a peer is handed to it by compose.ts',
      severity: 'error',
      from: { path: '^src/engine/features/([^/]+)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/engine/', pathNot: '^src/engine/(kernel|features/$1)/' },
    },
    {
      name: 'adapters-know-the-kernel-alone',
      comment:
        'what fills the ports of the kernel knows no feature but the ports that a feature has of its own',
      severity: 'error',
      from: { path: '^src/engine/adapters/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/engine/', pathNot: '^src/engine/(kernel|adapters)/' },
    },
    {
      name: 'no-circular',
      comment: 'two files that know each other, be it for a type, are one file, or hide a third',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node'],
    },
  },
};
