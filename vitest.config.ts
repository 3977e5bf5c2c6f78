import { defineConfig } from 'vitest/config';

/** Tests that failed while the machine stood still are run once more: `tests/support/standstill.ts` writes these words. */
const WHEN_MACHINE_STOOD = {
  setupFiles: ['tests/support/standstill.ts'],
  retry: { count: 1, condition: /\[the machine stood still for \d+ ms\]/ },
};

/**
 * Unit tests are pure; integration and e2e tests start real processes and sockets, so their files run one after another,
 * and each kind only when the one before it is through (`groupOrder`): side by side they would starve each other.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.ts'],
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'integration',
          ...WHEN_MACHINE_STOOD,
          include: ['tests/integration/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'e2e',
          ...WHEN_MACHINE_STOOD,
          include: ['tests/e2e/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
