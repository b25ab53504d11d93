import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { describeProblem } from '@/lib/problem-texts'
import { usePages } from '@/lib/query'
import { useLanguage, useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { useKindNames } from '@/ui/event-kind'
import { PagedList } from '@/ui/list'
import { Section } from '@/ui/page'
import { Badge, When } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { Tabs } from '@/ui/tabs'
import { useToast } from '@/ui/toast'
import { Attempts } from './attempts'
import styles from './page.module.css'
import type { DeliveryStatus, Webhook } from './queries'
import { texts } from './texts'

type Delivery = Schemas['WebhookDelivery']

const TONES = { pending: 'info', succeeded: 'good', failed: 'bad', cancelled: 'neutral' } as const
const STATUSES = Object.keys(TONES) as DeliveryStatus[]
const LOOK_AGAIN_MS = 2_000

/** The log of messages with their attempts. */
export function Deliveries({ webhook }: { webhook: Webhook }) {
  const t = useTexts(texts)
  const search = useSearch({ strict: false }) as { status?: unknown }
  const status = STATUSES.find((it) => it === search.status)
  const pages = usePages(['webhooks', 'deliveries', webhook.id, status], (cursor) =>
    body(
      api.GET('/v1/notifications/webhooks/{id}/deliveries', {
        params: {
          path: { id: webhook.id },
          query: { cursor, limit: 20, status: status as Schemas['DeliveryStatus'] | undefined },
        },
      }),
    ),
  )
  useLookAgain(pages.items?.some(isUnderWay) === true, pages.retry)
  const here = { to: '/developers/webhooks/$id', params: { id: webhook.id } } as const
  return (
    <Section title={t.log} lead={t.log_lead}>
      <Tabs
        label={t.log_filter}
        tabs={[
          { ...here, label: t.all },
          ...STATUSES.map((it) => ({ ...here, search: { status: it }, label: t[it] })),
        ]}
      />
      <PagedList
        pages={pages}
        label={t.log}
        empty={<Empty title={t.log_empty}>{status ? null : t.log_empty_text}</Empty>}
      >
        {(delivery) => <DeliveryItem key={delivery.id} webhook={webhook} delivery={delivery} />}
      </PagedList>
    </Section>
  )
}

/** It was never tried, or its time has come. */
function isUnderWay({ status, attempts, next_attempt_at: next }: Delivery): boolean {
  if ((status as DeliveryStatus) !== 'pending') return false
  return attempts.length === 0 || (next != null && new Date(next).getTime() <= Date.now())
}

/** No event tells what becomes of a message, so what is under way is read again. */
function useLookAgain(isNeeded: boolean, read: () => void) {
  const latest = useRef(read)
  latest.current = read
  useEffect(() => {
    if (!isNeeded) return
    const timer = setInterval(() => latest.current(), LOOK_AGAIN_MS)
    return () => clearInterval(timer)
  }, [isNeeded])
}

function DeliveryItem({ webhook, delivery }: { webhook: Webhook; delivery: Delivery }) {
  const t = useTexts(texts)
  const names = useKindNames()
  const status = delivery.status as DeliveryStatus
  return (
    <li className={styles.delivery}>
      <div className={styles.words}>
        <p>
          <span className={styles.name}>{names.kind(delivery.kind)}</span>{' '}
          <Badge tone={TONES[status]}>{t[status]}</Badge>
        </p>
        <p className={styles.note}>
          <code>{delivery.kind}</code>
          {delivery.sequence > 0 && ` · ${t.sequence} ${delivery.sequence}`} ·{' '}
          <When at={delivery.created_at} />
        </p>
        {status === 'pending' && delivery.next_attempt_at && (
          <p className={styles.note}>
            {t.next_attempt}: <When at={delivery.next_attempt_at} style="relative" />
          </p>
        )}
        <Attempts attempts={delivery.attempts} />
      </div>
      {webhook.is_enabled && <Resend webhook={webhook} delivery={delivery} />}
    </li>
  )
}

function Resend({ webhook, delivery }: { webhook: Webhook; delivery: Delivery }) {
  const t = useTexts(texts)
  const toast = useToast()
  const { language } = useLanguage()
  const client = useQueryClient()
  const { mutate, isPending } = useMutation({
    mutationFn: () =>
      api.POST('/v1/notifications/webhooks/{id}/deliveries/{delivery}/resend', {
        params: { path: { id: webhook.id, delivery: delivery.id } },
      }),
    onSuccess: () => toast(t.resent),
    onError: (error) => toast(describeProblem(error, language)),
    onSettled: () => client.invalidateQueries({ queryKey: ['webhooks'] }),
  })
  return (
    <Button look="secondary" small busy={isPending} onClick={() => mutate()}>
      {t.resend}
    </Button>
  )
}
