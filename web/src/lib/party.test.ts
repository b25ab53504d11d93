import { describe, expect, it } from 'vitest'
import { partyRefOf } from './party'

describe('what is typed as somebody', () => {
  it('is a handle, in any case and with or without its sign', () => {
    expect(partyRefOf('ann')).toEqual({ handle: 'ann' })
    expect(partyRefOf(' @Ann_B ')).toEqual({ handle: 'ann_b' })
  })

  it('is an address as soon as something stands before the sign', () => {
    expect(partyRefOf('ann@example.org')).toEqual({ email: 'ann@example.org' })
  })

  it('is nobody where it is neither', () => {
    for (const text of ['', '@', 'ann apple', 'a@b@c', 'Ännchen'])
      expect(partyRefOf(text)).toBeNull()
  })
})
