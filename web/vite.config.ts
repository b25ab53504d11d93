import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// `npm run dev` shows the pages of this folder with the API of a server that runs: start it with
// `bushel serve --public-url http://localhost:5173`, so that it takes this for its own pages.
const SERVER = process.env.BUSHEL_SERVER ?? 'http://127.0.0.1:8080'
const API = [
  '/v1',
  '/readyz',
  '/oauth',
  '/openapi.json',
  '/docs',
  '/operator',
  '/pages',
  '/.well-known',
]

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: {
    port: 5173,
    strictPort: true,
    proxy: Object.fromEntries(API.map((path) => [path, { target: SERVER }])),
  },
  build: {
    target: 'es2022',
    // The policy of the pages forbids what isn't a file of ours, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // Few tests need a page; those say so in their first line.
  test: { environment: 'node', include: ['src/**/*.test.{ts,tsx}'] },
})
