import { QueryClient } from '@tanstack/react-query'
import { afterEach, expect, it, vi } from 'vitest'
import { demoQuery } from './demo'

afterEach(() => vi.unstubAllGlobals())

const asked = (answer: () => Promise<Response>) => {
  vi.stubGlobal('fetch', answer)
  return new QueryClient().fetchQuery(demoQuery)
}

it('takes the people of a demo world', async () => {
  const world = { is_demo: true, people: [{ handle: 'ann' }] }
  expect(await asked(async () => Response.json(world))).toEqual(world)
})

// An answer that fails would be asked for again by everybody who shows it.
it.each([
  ['is unknown', async () => new Response('{}', { status: 404 })],
  ['needs a session', async () => new Response('{}', { status: 401 })],
  ['breaks', async () => new Response('', { status: 500 })],
  ['can’t be reached', () => Promise.reject(new TypeError('no network'))],
])('is none where the address %s', async (_, answer) => {
  expect((await asked(answer)).is_demo).toBe(false)
})
