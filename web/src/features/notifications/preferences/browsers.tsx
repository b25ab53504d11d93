import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import { deviceOf } from '@/lib/device'
import { describeProblem } from '@/lib/problem-texts'
import { remove, wantedPush } from '@/lib/push'
import { useProfile } from '@/lib/session'
import { useLanguage, useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Item, List } from '@/ui/list'
import { Badge, When } from '@/ui/shown'
import { useToast } from '@/ui/toast'
import { deviceTexts } from './device-texts'

export const PUSH = ['notifications', 'push']

/** The browsers that are told. One that was lost or given away is removed here. */
export function Browsers() {
  const t = useTexts(deviceTexts)
  const { data } = useQuery({
    queryKey: PUSH,
    queryFn: () => body(api.GET('/v1/notifications/push-subscriptions')),
  })
  if (!data || data.push_subscriptions.length === 0) return null
  return (
    <List label={t.browsers}>
      {data.push_subscriptions.map((it) => (
        <BrowserItem key={it.id} subscription={it} />
      ))}
    </List>
  )
}

function BrowserItem({ subscription }: { subscription: Schemas['PushSubscription'] }) {
  const t = useTexts(deviceTexts)
  const { id } = useProfile()
  const { last_sent_at, created_at, device } = subscription
  const name = deviceOf(device) ?? t.unknown
  const isHere = subscription.id === wantedPush(id)
  return (
    <Item
      end={
        isHere ? <Badge tone="good">{t.this}</Badge> : <Remove id={subscription.id} name={name} />
      }
    >
      <p>{name}</p>
      <p className="muted">
        {last_sent_at ? t.last : t.since} <When at={last_sent_at ?? created_at} style="relative" />
      </p>
    </Item>
  )
}

function Remove({ id, name }: { id: string; name: string }) {
  const t = useTexts(deviceTexts)
  const toast = useToast()
  const { language } = useLanguage()
  const client = useQueryClient()
  const { mutate, isPending } = useMutation({
    mutationFn: () => remove(id),
    onSuccess: () => toast(t.removed),
    onError: (error) => toast(describeProblem(error, language)),
    onSettled: () => client.invalidateQueries({ queryKey: PUSH }),
  })
  return (
    <Button
      look="secondary"
      small
      busy={isPending}
      aria-label={t.remove_of(name)}
      onClick={() => mutate()}
    >
      {t.remove}
    </Button>
  )
}
