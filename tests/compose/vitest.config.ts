import { defineConfig } from 'vitest/config';

/** What of tests/fleet asks nothing of the fleet but its gateway. */
export default defineConfig({
  test: {
    include: ['tests/fleet/walking-fleet.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
