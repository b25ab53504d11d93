import { useRef } from 'react'

/**
 * The `Idempotency-Key` of a form: the same as long as what is sent is the same, so that a second
 * click, or another try after an answer that was lost, has no second effect; a new one as soon as
 * something else is sent, or after `done`.
 */
export function useIdempotencyKey() {
  const last = useRef<{ sent: string; key: string } | null>(null)
  return {
    keyFor(value: unknown): string {
      const sent = JSON.stringify(value)
      if (last.current?.sent !== sent) last.current = { sent, key: crypto.randomUUID() }
      return last.current.key
    },
    done() {
      last.current = null
    },
  }
}
