import { describe, expect, it } from 'vitest'
import { parseSearch, stringifySearch } from './search'

describe('the query of an address', () => {
  it('keeps what looks like a number as it is', () => {
    const read = parseSearch('?to=007&amount=12345678901234567890')
    expect(read).toEqual({ to: '007', amount: '12345678901234567890' })
  })

  it('comes back as it went', () => {
    const values = { next: '/send?to=ann&amount=5', q: 'ä & ö', to: 'true' }
    expect(parseSearch(stringifySearch(values))).toEqual(values)
  })

  it('leaves out what is empty', () => {
    expect(stringifySearch({ q: '', kind: undefined, account: null })).toBe('')
    expect(stringifySearch({ q: '', page: 2 })).toBe('?page=2')
  })
})
