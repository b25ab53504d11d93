import { expect, it } from 'vitest'
import type { OrderReturn } from '@/lib/shop'
import { type ReturnState, returnable } from './returns'

const line = (id: string, shipped: number) => ({ id, shipped }) as never

function returned(state: ReturnState, of: string, quantity: number, restocked = 0) {
  const lines = [{ line: of, quantity, reason: 'other', restocked, written_off: 0 }]
  return { state, lines } as unknown as OrderReturn
}

it('lets back what was sent, without what is on its way back already', () => {
  const left = (...returns: OrderReturn[]) =>
    returnable([line('mug', 5), line('lamp', 0)], returns).map((it) => it.left)
  expect(left()).toEqual([5])
  expect(left(returned('requested', 'mug', 2), returned('approved', 'mug', 1))).toEqual([2])
  expect(left(returned('rejected', 'mug', 5))).toEqual([5])
  expect(left(returned('closed', 'mug', 5))).toEqual([5])
  expect(left(returned('received', 'mug', 5, 4))).toEqual([1])
  expect(left(returned('requested', 'mug', 5))).toEqual([])
})
