// Who may import whom: services → packages → contracts; never service → service; domain/ is pure.

const TEST = String.raw`\.(test|fixture)\.ts$`;

/** The packages each package may import, besides itself. fleet starts services as processes, by path, never by import. */
const allowedOfPackage = {
  contracts: [],
  attack: ['contracts'],
  audit: [],
  sigma: [],
  monitoring: [],
  tracing: ['monitoring'],
  identity: ['contracts'],
  'db-cluster': ['monitoring', 'tracing'],
  messaging: ['contracts', 'db-cluster', 'monitoring', 'tracing'],
  'service-kit': ['contracts', 'db-cluster', 'identity', 'messaging', 'monitoring', 'tracing'],
  fleet: ['audit', 'contracts', 'db-cluster', 'identity', 'messaging', 'monitoring', 'service-kit', 'sigma'],
};

const layers = Object.entries(allowedOfPackage).map(([name, allowed]) => ({
  name: `layer-of-${name}`,
  comment: `packages/${name} may import ${allowed.length === 0 ? 'no other package' : allowed.join(', ')}.`,
  severity: 'error',
  from: { path: `^packages/${name}/`, pathNot: TEST },
  to: { path: '^packages/', pathNot: `^packages/(${[name, ...allowed].join('|')})/` },
}));

export default {
  forbidden: [
    ...layers,
    {
      name: 'no-service-to-service',
      comment: 'Services speak by events and endpoints, both declared in packages/contracts.',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'no-package-to-service',
      comment: 'A package knows no service. What needs several of them lives in tests/ or bench/.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(services|tests|bench|scripts)/' },
    },
    {
      name: 'no-service-to-outside',
      comment: 'A service imports itself and packages.',
      severity: 'error',
      from: { path: '^services/' },
      to: { path: '^(tests|bench|scripts)/' },
    },
    {
      name: 'pure-domain',
      comment:
        'domain/ imports domain/, contracts and what only computes: zod, hashes, IP addresses, packages/attack, packages/audit and packages/sigma.',
      severity: 'error',
      from: { path: '^services/[^/]+/src/domain/', pathNot: TEST },
      to: {
        pathNot: [
          '^services/[^/]+/src/domain/',
          '^packages/contracts/',
          '^packages/attack/',
          '^packages/audit/',
          '^packages/sigma/',
          '/node_modules/(zod|ipaddr[.]js)/',
          '^(node:)?(crypto|net)$',
        ],
      },
    },
    {
      name: 'fleet-is-for-tests',
      comment: 'The fleet boots services; the running service does not know it.',
      severity: 'error',
      from: { path: '^services/', pathNot: TEST },
      to: { path: '^packages/fleet/' },
    },
    {
      name: 'no-test-imported',
      comment: 'What tests share has its own file, named for what it does.',
      severity: 'error',
      from: {},
      to: { path: String.raw`\.test\.ts$` },
    },
    {
      name: 'fixtures-are-for-tests',
      comment: 'What a fixture sets up is no part of the running service.',
      severity: 'error',
      from: { pathNot: [TEST, '^packages/fleet/src/testing/', '^tests/', '^bench/'] },
      to: { path: String.raw`\.fixture\.ts$` },
    },
    {
      name: 'no-dev-dependency-in-production',
      severity: 'error',
      from: { path: '^(packages|services)/[^/]+/src/', pathNot: [TEST, '^packages/fleet/src/testing/'] },
      to: { dependencyTypes: ['npm-dev'], pathNot: String.raw`/node_modules/@types/` },
    },
    {
      name: 'declared-dependency',
      comment: "Every import is in the importing package's own package.json. Tests may also use the workspace's.",
      severity: 'error',
      from: { path: '^(packages|services)/', pathNot: TEST },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: {
    // TypeScript 7 has no JavaScript API yet; swc reads the syntax, type-only imports included.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
