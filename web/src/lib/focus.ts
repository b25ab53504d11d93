import { useEffect } from 'react'

/** For what takes the place of a whole page: it is read out, and the keyboard begins at its top. */
export function useFocusAtTop(): void {
  useEffect(() => document.getElementById('main')?.focus(), [])
}
