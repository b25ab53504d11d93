import { defineConfig } from 'vitest/config'

// Real browsers and servers, one file after the other: `npm run browser`.
export default defineConfig({
  root: import.meta.dirname,
  resolve: { alias: { '@': new URL('../src', import.meta.url).pathname } },
  test: {
    environment: 'node',
    include: ['*.test.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
