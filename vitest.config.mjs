import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/unit/**/*.test.ts'],
    setupFiles: ['test/support/breathe.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
