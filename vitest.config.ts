import { defineConfig } from 'vitest/config';

const globalSetup = 'packages/fleet/src/testing/global-setup.ts';

export default defineConfig({
  test: {
    // Modules are evaluated once per worker instead of once per file: services, drivers and schemas are dear to load.
    isolate: false,
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/**/*.test.ts', 'services/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/**/*.test.ts'],
          globalSetup,
          // Bounds what hangs, not what is slow: a busy machine may need many times what a quiet one does.
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'fleet',
          include: ['tests/{fleet,chaos}/**/*.test.ts'],
          globalSetup,
          // A fleet takes the whole machine: one at a time, and after the others when paths of both are asked for.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'attacks',
          include: ['tests/attacks/**/*.test.ts'],
          // One fleet for all files, beside the PostgreSQL and the Redis of those that need no fleet.
          globalSetup: [globalSetup, 'tests/attacks/global-setup.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: { name: 'repo', include: ['tests/repo/**/*.test.ts'], testTimeout: 30_000 },
      },
    ],
  },
});
