import { expect, it } from 'vitest'
import { asShown, isCode } from './code'

it.each([
  ['wdjbmjht', 'WDJB-MJHT', true],
  [' WDJB mjht ', 'WDJB-MJHT', true],
  ['WDJB-MJHT', 'WDJB-MJHT', true],
  ['WDJB-MJHTX', 'WDJB-MJHTX', false],
  ['wd', 'WD', false],
  ['', '', false],
])('%j is shown as %j', (typed, shown, isWhole) => {
  expect(asShown(typed)).toBe(shown)
  expect(isCode(shown)).toBe(isWhole)
})
