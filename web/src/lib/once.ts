import { useEffect, useRef, useState } from 'react'

type Outcome<T> = { readonly data?: T; readonly error?: unknown }

/** Makes a call that works once, as soon as its page is there; what became of it. */
export function useOnce<T>(call: () => Promise<T>): Outcome<T> {
  const [outcome, setOutcome] = useState<Outcome<T>>({})
  // Development runs effects twice.
  const isBegun = useRef(false)
  useEffect(() => {
    if (isBegun.current) return
    isBegun.current = true
    call().then(
      (data) => setOutcome({ data }),
      (error: unknown) => setOutcome({ error }),
    )
  }, [call])
  return outcome
}
