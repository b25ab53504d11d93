import { useRef } from 'react'
import { ProblemError } from './problem'

/** Refusals that stay with a key for good. A conflict may mean that the first try still runs. */
const FINAL = [400, 404, 422]

/**
 * The `Idempotency-Key` of a form: the same as long as what is sent is the same, so that a second
 * click, or another try after an answer that was lost, has no second effect; a new one as soon as
 * something else is sent, or after `done`.
 */
export function useIdempotencyKey() {
  const last = useRef<{ sent: string; key: string } | null>(null)
  const keyFor = (value: unknown): string => {
    const sent = JSON.stringify(value)
    if (last.current?.sent !== sent) last.current = { sent, key: crypto.randomUUID() }
    return last.current.key
  }
  const done = () => {
    last.current = null
  }
  /** Sends a value once: after success and after a refusal, another try is a new one. */
  const send = async <T>(
    value: unknown,
    call: (header: { 'Idempotency-Key': string }) => Promise<T>,
  ): Promise<T> => {
    try {
      const answer = await call({ 'Idempotency-Key': keyFor(value) })
      done()
      return answer
    } catch (error) {
      if (error instanceof ProblemError && FINAL.includes(error.status)) done()
      throw error
    }
  }
  return { keyFor, done, send }
}
