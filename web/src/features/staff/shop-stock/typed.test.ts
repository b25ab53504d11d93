import { expect, it } from 'vitest'
import { type Kind, typedPieces } from './typed'

it.each([
  ['receive', ' 12 ', '12'],
  ['receive', '0', null],
  ['receive', '1.5', null],
  ['count', '0', '0'],
  ['count', '-1', null],
  ['adjust', '−3', '-3'],
  ['adjust', '+3', '3'],
  ['adjust', '0', null],
  ['move', '', null],
] as const)('to %s %s is %s', (kind: Kind, text: string, pieces: string | null) => {
  expect(typedPieces(kind, text)).toBe(pieces)
})
