import { expect, it } from 'vitest'
import { variantTitle } from './shop'

const options = [
  { name: 'Size', values: ['S', 'L'] },
  { name: 'Colour', values: ['red', 'blue'] },
]

it.each([
  ['what somebody called it', 'The red one', { Size: 'L', Colour: 'red' }, 'The red one'],
  ['else its values, in the product’s order', null, { Colour: 'red', Size: 'L' }, 'L / red'],
  ['those that it has', null, { Colour: 'red' }, 'red'],
  ['nothing where it differs in nothing', null, {}, ''],
])('a variant’s title is %s', (_, title, values, expected) => {
  expect(variantTitle(options, { title, options: values as Record<string, string> })).toBe(expected)
})
