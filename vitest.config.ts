import { defineConfig } from 'vitest/config';

const globalSetup = 'packages/fleet/src/testing/global-setup.ts';

const busChaos = 'tests/chaos/bus-*.test.ts';

/** A fleet takes much of the machine: one at a time, and after the others when paths of several are asked for. */
const large = { globalSetup, fileParallelism: false, testTimeout: 180_000, hookTimeout: 180_000 };

export default defineConfig({
  test: {
    // Modules are evaluated once per worker instead of once per file: services, drivers and schemas are dear to load.
    isolate: false,
    pool: 'forks',
    // One more than there are cores on the least of machines: a part of what tests do is waiting.
    maxWorkers: 3,
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
        test: { ...large, name: 'fleet', include: ['tests/fleet/**/*.test.ts'], sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: {
          ...large,
          name: 'whole-fleet',
          include: ['tests/whole-fleet/**/*.test.ts'],
          // One fleet for all files, as with the attacks.
          globalSetup: [globalSetup, 'tests/whole-fleet/global-setup.ts'],
          sequence: { groupOrder: 4 },
        },
      },
      {
        extends: true,
        test: {
          ...large,
          name: 'chaos',
          include: ['tests/chaos/**/*.test.ts'],
          exclude: [busChaos],
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        // A handful of small processes each, with a database and keys of their own: no fleets.
        test: {
          ...large,
          name: 'bus-chaos',
          include: [busChaos],
          fileParallelism: true,
          maxWorkers: 2,
          sequence: { groupOrder: 5 },
        },
      },
      {
        extends: true,
        test: {
          ...large,
          name: 'attacks',
          include: ['tests/attacks/**/*.test.ts'],
          // One fleet for all files, beside the PostgreSQL and the Redis of those that need no fleet.
          globalSetup: [globalSetup, 'tests/attacks/global-setup.ts'],
          sequence: { groupOrder: 3 },
        },
      },
      {
        extends: true,
        test: { name: 'repo', include: ['tests/repo/**/*.test.ts'], testTimeout: 30_000 },
      },
    ],
  },
});
