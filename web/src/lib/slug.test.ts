import { expect, it } from 'vitest'
import { slugOf } from './slug'

it.each([
  ['Gießkanne, 5 l', 'giesskanne-5-l'],
  ['Crème brûlée', 'creme-brulee'],
  ['  Oak & Thread ', 'oak-and-thread'],
  ['日本', ''],
  ['a'.repeat(120), 'a'.repeat(100)],
])('%s is %s', (title, slug) => {
  expect(slugOf(title)).toBe(slug)
})
