import { useEffect } from 'react'
import { keepPush } from './push'
import { useSession } from './session'

/** Keeps the messages to this browser in step with who is signed in. */
export function PushWatch() {
  const { data: profile } = useSession()
  const user = profile === undefined ? undefined : (profile?.id ?? null)
  useEffect(() => {
    // Nothing on the page depends on it, and the next opening tries again.
    if (user !== undefined) keepPush(user).catch(() => {})
  }, [user])
  return null
}
