import { describe, expect, it } from 'vitest'
import {
  isNarrow,
  queryOf,
  querySerializer,
  readNarrowing,
  toggled,
  widened,
  writeNarrowing,
} from './narrowing'

const address = {
  q: ' lamp ',
  sort: '-price',
  vendor: 'Smith\\, Inc,Oak',
  'option.Colour': 'red',
  min: '500',
  max: 'much',
  other: 'x',
}

describe('what a list is narrowed to', () => {
  const it_ = readNarrowing(address)

  it('is read from the address, and what is no filter is passed over', () => {
    expect(it_).toEqual({
      q: 'lamp',
      sort: '-price',
      values: { vendor: ['Smith, Inc', 'Oak'], 'option.Colour': ['red'] },
      min: '500',
      max: null,
    })
  })

  it('is written as it was read', () => {
    expect(readNarrowing(writeNarrowing(it_))).toEqual(it_)
  })

  it('gains and loses values', () => {
    const wider = toggled(toggled(it_, 'vendor', 'Oak'), 'tag', 'new')
    expect(wider.values).toMatchObject({ vendor: ['Smith, Inc'], tag: ['new'] })
    expect(writeNarrowing(toggled(it_, 'option.Colour', 'red'))).not.toHaveProperty([
      'option.Colour',
    ])
    expect(isNarrow(it_)).toBe(true)
    expect(isNarrow(widened(it_))).toBe(false)
  })

  it('becomes the query of the API', () => {
    const query = queryOf(it_, { category: 'lamps' }, 'EUR')
    expect(query).toEqual({
      q: 'lamp',
      sort: '-price',
      'filter[category]': 'lamps',
      'filter[vendor]': 'Smith\\, Inc,Oak',
      'filter[option.Colour]': 'red',
      'filter[price][gte]': '500',
      currency: 'EUR',
    })
    expect(querySerializer({ 'filter[option.Size & fit]': 'L', cursor: undefined })).toBe(
      'filter%5Boption.Size+%26+fit%5D=L',
    )
  })
})
