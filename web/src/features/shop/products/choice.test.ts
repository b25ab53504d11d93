import { describe, expect, it } from 'vitest'
import type { Variant } from '@/lib/shop'
import { chosenVariant, firstChoice, isPossible } from './choice'

function variant(sku: string, colour: string, size: string, availability = 'in_stock') {
  return {
    id: sku,
    sku,
    availability,
    options: { Colour: colour, Size: size },
    prices: [{ currency: 'EUR', amount: '100', lowest_30_days: null }],
  } as unknown as Variant
}

const shirt = {
  options: [
    { name: 'Colour', values: ['red', 'blue'] },
    { name: 'Size', values: ['S', 'L'] },
  ],
  variants: [
    variant('red-s', 'red', 'S', 'out_of_stock'),
    variant('red-l', 'red', 'L'),
    variant('blue-l', 'blue', 'L'),
  ],
}

describe('choosing a variant', () => {
  it('begins with one that can be had, or with that of the link', () => {
    expect(firstChoice(shirt, undefined, 'EUR')).toEqual({ Colour: 'red', Size: 'L' })
    expect(firstChoice(shirt, 'blue-l', 'EUR')).toEqual({ Colour: 'blue', Size: 'L' })
    expect(firstChoice(shirt, 'gone', 'CHF')).toEqual({ Colour: 'red', Size: 'S' })
  })

  it('finds the variant of all values, and none where there is none', () => {
    expect(chosenVariant(shirt, { Colour: 'blue', Size: 'L' })?.sku).toBe('blue-l')
    expect(chosenVariant(shirt, { Colour: 'blue', Size: 'S' })).toBeUndefined()
    const plain = { options: [], variants: [variant('one', 'x', 'y')] }
    expect(chosenVariant(plain, {})?.sku).toBe('one')
  })

  it('knows which values lead to something', () => {
    const choice = { Colour: 'red', Size: 'L' }
    expect(isPossible(shirt, choice, 'Colour', 'blue')).toBe(true)
    expect(isPossible(shirt, choice, 'Size', 'S')).toBe(false)
  })
})
