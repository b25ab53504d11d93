import { describe, expect, it } from 'vitest'
import { combinations, countOf, skuOf, variantsOf, wordsOf } from './variants'

const options = [
  { name: 'Colour', values: ['Red', 'Blue'] },
  { name: 'Size', values: ['S', 'L'] },
]

it('reads words between commas, each once', () => {
  expect(wordsOf(' S, M,, L ,M')).toEqual(['S', 'M', 'L'])
})

describe('variants of options', () => {
  it('are all combinations', () => {
    expect(combinations(options)).toHaveLength(4)
    expect(countOf(options)).toBe(4)
    expect(combinations([])).toEqual([{}])
    expect(countOf([])).toBe(1)
  })

  it('say what their values are', () => {
    const [first] = variantsOf(options, 'TEE', { weight_g: 200 })
    expect(first).toEqual({
      sku: 'TEE-RED-S',
      options: { Colour: 'Red', Size: 'S' },
      weight_g: 200,
    })
  })

  it('is one where there are no options', () => {
    expect(variantsOf([], ' CAN ', {})).toEqual([{ sku: 'CAN' }])
  })
})

it.each([
  [['Größe L'], 'TEE-GROSSE-L'],
  [['½ l', '日本'], 'TEE-1-2-L'],
])('%s makes %s', (values, sku) => {
  expect(skuOf('TEE', values as string[])).toBe(sku)
})
