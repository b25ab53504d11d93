// @vitest-environment jsdom
import { renderHook } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { useIdempotencyKey } from './idempotency'
import { OfflineError, problemOf } from './problem'

describe('sending something once', () => {
  /** The keys of tries that end so, and whether something else was sent. */
  async function keysOf(...tries: readonly [value: string, error: Error | null][]) {
    const { send } = renderHook(() => useIdempotencyKey()).result.current
    const keys: string[] = []
    for (const [value, error] of tries) {
      const call = send(value, async (header) => {
        keys.push(header['Idempotency-Key'])
        if (error) throw error
      })
      await call.catch(() => null)
    }
    return keys
  }

  it('keeps the key where the answer was lost or nobody knows how it ended', async () => {
    for (const error of [new OfflineError(), problemOf(503, null), problemOf(409, null)]) {
      const [first, second] = await keysOf(['a', error], ['a', null])
      expect(second).toBe(first)
    }
  })

  it('takes a new key after a refusal, after success, and for something else', async () => {
    const [first, second] = await keysOf(['a', problemOf(422, null)], ['a', null])
    expect(second).not.toBe(first)
    const [third, fourth] = await keysOf(['a', null], ['a', null])
    expect(fourth).not.toBe(third)
    const [fifth, sixth] = await keysOf(['a', new OfflineError()], ['b', null])
    expect(sixth).not.toBe(fifth)
  })
})
