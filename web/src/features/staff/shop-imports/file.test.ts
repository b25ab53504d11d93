import { describe, expect, it } from 'vitest'
import { csvOf } from './csv'
import { flawOf } from './file'

describe('a file to import', () => {
  it.each([
    ['products.csv', 10, null],
    ['PRODUCTS.CSV', 10, null],
    ['products.jsonl', 10, null],
    ['products.ndjson', 10, null],
    ['products.xlsx', 10, 'wrong_kind'],
    ['csv', 10, 'wrong_kind'],
    ['products.csv', 0, 'empty_file'],
    ['products.csv', 16 * 1024 * 1024, null],
    ['products.csv', 16 * 1024 * 1024 + 1, 'too_large'],
  ] as const)('%s of %i bytes: %s', (name, size, flaw) => {
    expect(flawOf({ name, size })).toBe(flaw)
  })
})

it('quotes what has to be, and leaves no formulas', () => {
  const lines = [
    ['Line', 'What'],
    [3, 'a "b", c'],
    [4, '=1+1'],
    [5, null],
  ]
  expect(csvOf(lines)).toBe('Line,What\r\n3,"a ""b"", c"\r\n4,\'=1+1\r\n5,\r\n')
})
