// The house's inner doors: which folder may import which (docs/architecture.md). What is not allowed is forbidden.
const rooms = {
  asl: [],
  events: [],
  monitoring: [],
  datasets: [],
  secrets: [],
  pipelines: ['asl', 'events', 'monitoring', 'datasets'],
  store: ['asl', 'events', 'monitoring', 'datasets'],
  connectors: ['secrets'],
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
  ],
  http: ['engine', 'pipelines', 'store', 'asl', 'events', 'secrets'],
  deploy: ['pipelines', 'asl', 'events'],
  testing: ['engine', 'pipelines', 'store', 'connectors', 'asl', 'events', 'secrets'],
  // `up` and `demo` also start src/server.ts; the rule below lets only them.
  cli: ['pipelines', 'deploy', 'testing', 'asl', 'events'],
};

const doors = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room}-imports-only-${allowed.join('-') || 'itself'}`,
  comment: `src/${room} may import ${allowed.length === 0 ? 'no other room' : allowed.join(', ')}`,
  severity: 'error',
  from: { path: `^src/${room}/`, pathNot: '\\.test\\.ts$' },
  to: {
    path: '^src/',
    pathNot: `^src/(${[room, ...allowed].join('|')})/${room === 'cli' ? '|^src/(server\\.ts|store/inspect-store\\.ts|store/backups/)' : ''}`,
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
      name: 'pure-folders-know-no-machine',
      comment:
        'asl, events, monitoring and datasets take time, ids and randomness from their arguments',
      severity: 'error',
      from: { path: '^src/(asl|events|monitoring|datasets)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'store-uses-only-types-of-the-core',
      comment: 'what the store writes is data; the rules about it live in the core',
      severity: 'error',
      from: { path: '^src/store/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/(asl|events|monitoring|datasets)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-circular',
      comment: 'two files that import each other are one file, or hide a third',
      severity: 'error',
      from: {},
      // Types may know each other both ways; values may not.
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
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
