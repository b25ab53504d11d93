import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { onSessionEnded } from '@/api/client'
import { useDemo, useIsDemoKnown } from './demo'
import { endedQuery, profileQuery, useSession } from './session'
import { isLanguage, useLanguage } from './text'

/** Keeps what is shown in step with the session: its end, and its user's language. */
export function SessionWatch() {
  const client = useQueryClient()
  useEffect(
    () =>
      onSessionEnded(() => {
        if (!client.getQueryData(profileQuery.queryKey)) return
        client.setQueryData(endedQuery.queryKey, true)
        client.setQueryData(profileQuery.queryKey, null)
      }),
    [client],
  )
  useOwnLanguage()
  return null
}

/** Whoever looks around as somebody made up keeps the language that they read. */
function useOwnLanguage() {
  const { setLanguage } = useLanguage()
  const locale = useSession().data?.locale
  const isDemo = useDemo() !== null
  const isKnown = useIsDemoKnown()
  useEffect(() => {
    if (isKnown && !isDemo && isLanguage(locale)) setLanguage(locale)
  }, [isKnown, isDemo, locale, setLanguage])
}
