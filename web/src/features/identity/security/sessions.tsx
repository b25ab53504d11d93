import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Laptop, Terminal } from 'lucide-react'
import { api, body, type Schemas } from '@/api/client'
import { deviceOf } from '@/lib/device'
import { describeProblem } from '@/lib/problem-texts'
import { usePages } from '@/lib/query'
import { useLanguage, useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Confirm } from '@/ui/confirm'
import { Item, PagedList } from '@/ui/list'
import { Section } from '@/ui/page'
import { Badge, When } from '@/ui/shown'
import { useToast } from '@/ui/toast'
import styles from './page.module.css'
import { texts } from './texts'

const KEY = ['security', 'sessions']
type Session = Schemas['Page_Session']['data'][number]

/** Devices and programs that are signed in. */
export function Sessions() {
  const t = useTexts(texts)
  const pages = usePages(KEY, (cursor) =>
    body(api.GET('/v1/identity/sessions', { params: { query: { cursor, limit: 20 } } })),
  )
  const hasOthers = pages.items?.some((session) => !session.is_current)
  return (
    <Section title={t.sessions} lead={t.sessions_lead} actions={hasOthers && <EndOthers />}>
      <PagedList pages={pages} label={t.sessions} empty={null}>
        {(session) => <SessionItem key={session.id} session={session} />}
      </PagedList>
    </Section>
  )
}

function SessionItem({ session }: { session: Session }) {
  const t = useTexts(texts)
  const Icon = session.transport === 'cookie' ? Laptop : Terminal
  const seen = deviceOf(session.user_agent)
  const name = session.device ?? seen ?? t.unknown_device
  const note = [session.device && seen, session.ip].filter(Boolean).join(' · ')
  return (
    <Item
      end={
        session.is_current ? (
          <Badge tone="good">{t.this_device}</Badge>
        ) : (
          <EndOne id={session.id} name={name} />
        )
      }
    >
      <div className={styles.thing}>
        <Icon size={20} aria-hidden="true" />
        <div>
          <p className={styles.name}>{name}</p>
          <p className={styles.note}>{note}</p>
          <p className={styles.note}>
            {t.last_used} <When at={session.last_used_at} style="relative" />, {t.signed_in}{' '}
            <When at={session.created_at} style="relative" />
          </p>
        </div>
      </div>
    </Item>
  )
}

function EndOne({ id, name }: { id: string; name: string }) {
  const t = useTexts(texts)
  const toast = useToast()
  const { language } = useLanguage()
  const client = useQueryClient()
  const { mutate, isPending } = useMutation({
    mutationFn: () => api.DELETE('/v1/identity/sessions/{id}', { params: { path: { id } } }),
    onSuccess: () => toast(t.ended),
    onError: (error) => toast(describeProblem(error, language)),
    onSettled: () => client.invalidateQueries({ queryKey: KEY }),
  })
  return (
    <Button
      look="secondary"
      small
      busy={isPending}
      aria-label={t.end_of(name)}
      onClick={() => mutate()}
    >
      {t.end}
    </Button>
  )
}

function EndOthers() {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  return (
    <Confirm
      label={t.end_others}
      title={t.end_others_title}
      action={t.end_others}
      isDanger
      onConfirm={async () => {
        const { ended } = await body(
          api.POST('/v1/identity/sessions/end-all', { body: { keep_current: true } }),
        )
        await client.invalidateQueries({ queryKey: KEY })
        toast(t.ended_others(ended))
      }}
    >
      <p>{t.end_others_text}</p>
    </Confirm>
  )
}
