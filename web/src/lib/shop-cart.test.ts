import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { keepLinkedOrder, keepOrderToken, orderToken } from './shop-cart'

const replaceState = vi.fn()

function open(hash: string, search = ''): void {
  vi.stubGlobal('location', { hash, search, pathname: '/shop/orders/ord_1' })
}

beforeEach(() => {
  const stored = new Map<string, string>()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  })
  vi.stubGlobal('history', { state: null, replaceState })
  replaceState.mockClear()
})

afterEach(() => vi.unstubAllGlobals())

it('keeps what a mail carries and takes it out of the address bar', () => {
  open('#token=bshl_ot_1')
  keepLinkedOrder('ord_1')
  expect(orderToken('ord_1')).toBe('bshl_ot_1')
  expect(orderToken('ord_2')).toBeUndefined()
  expect(replaceState).toHaveBeenCalledWith(null, '', '/shop/orders/ord_1')
})

it('leaves the page alone that comes from no mail', () => {
  keepOrderToken('ord_1', 'bshl_ct_1')
  open('', '?placed=1')
  keepLinkedOrder('ord_1')
  expect(orderToken('ord_1')).toBe('bshl_ct_1')
  expect(replaceState).not.toHaveBeenCalled()
})
