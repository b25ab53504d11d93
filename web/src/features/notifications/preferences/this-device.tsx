import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { describeProblem } from '@/lib/problem-texts'
import { forgetWish, isPushPossible, subscribe, unsubscribe, wantedPush } from '@/lib/push'
import { useProfile } from '@/lib/session'
import { useLanguage, useTexts } from '@/lib/text'
import { CheckField } from '@/ui/fields'
import { Notice } from '@/ui/notice'
import { Section } from '@/ui/page'
import { Browsers, PUSH } from './browsers'
import { deviceTexts } from './device-texts'

/** Messages to this browser although no page is open, and where else they go. */
export function ThisDevice() {
  const t = useTexts(deviceTexts)
  return (
    <Section title={t.here} lead={t.lead}>
      {isPushPossible() ? <PushSwitch /> : <p className="muted">{t.impossible}</p>}
      <Browsers />
    </Section>
  )
}

function PushSwitch() {
  const t = useTexts(deviceTexts)
  const { id } = useProfile()
  const client = useQueryClient()
  const permission = usePermission()
  const { mutate, isPending, variables, error } = useMutation({
    mutationFn: (isWanted: boolean) => (isWanted ? turnOn(id) : turnOff(id)),
    onSettled: () => client.invalidateQueries({ queryKey: PUSH }),
  })
  const isOn = permission === 'granted' && wantedPush(id) !== null
  const isBlocked = permission === 'denied'
  return (
    <>
      <CheckField
        role="switch"
        label={t.turn_on}
        checked={isPending ? variables : isOn}
        disabled={isBlocked || isPending}
        onChange={(event) => mutate(event.target.checked)}
      />
      {isBlocked && <Notice tone="warning">{t.blocked}</Notice>}
      {permission === 'default' && <p className="muted">{t.will_ask}</p>}
      {error && <PushProblem error={error} />}
    </>
  )
}

/** What the browser refuses has no text of ours. */
function PushProblem({ error }: { error: Error }) {
  const t = useTexts(deviceTexts)
  const { language } = useLanguage()
  const text = error instanceof DOMException ? t.no_service : describeProblem(error, language)
  return (
    <div role="alert">
      <Notice tone="bad">{text}</Notice>
    </div>
  )
}

async function turnOn(user: string) {
  // Whoever says no sees above how to change their mind.
  if ((await Notification.requestPermission()) === 'granted') await subscribe(user)
}

async function turnOff(user: string) {
  await unsubscribe(user)
  forgetWish(user)
}

/** Whether the browser lets us show something; people change that beside the address, too. */
function usePermission(): NotificationPermission {
  const [permission, setPermission] = useState(Notification.permission)
  useEffect(() => {
    let status: PermissionStatus | undefined
    const take = () => setPermission(Notification.permission)
    navigator.permissions?.query({ name: 'notifications' }).then((found) => {
      status = found
      status.addEventListener('change', take)
    })
    return () => status?.removeEventListener('change', take)
  }, [])
  return permission
}
