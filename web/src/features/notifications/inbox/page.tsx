import { useSearch } from '@tanstack/react-router'
import { CheckCheck, Settings2 } from 'lucide-react'
import { api, body } from '@/api/client'
import { usePages } from '@/lib/query'
import { useTexts } from '@/lib/text'
import { Button, ButtonLink } from '@/ui/button'
import { PagedList } from '@/ui/list'
import { Page, Section } from '@/ui/page'
import { Empty } from '@/ui/states'
import { Tabs } from '@/ui/tabs'
import { InboxItem } from './item'
import { texts } from './texts'
import { INBOX, useMarks } from './use-marks'

/** What the user is told, in the app. New ones appear by themselves. */
export default function InboxPage() {
  const t = useTexts(texts)
  const { unread } = useSearch({ strict: false }) as { unread?: boolean }
  const marks = useMarks()
  const pages = usePages([...INBOX, unread === true], (cursor) =>
    body(
      api.GET('/v1/notifications/inbox', {
        params: { query: { cursor, limit: 25, ...(unread ? { unread } : {}) } },
      }),
    ),
  )
  const newest = pages.items?.find((it) => !it.read_at)?.sequence
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        <>
          <Button
            look="secondary"
            small
            disabled={newest === undefined}
            busy={marks.isReadingAll}
            onClick={() => newest !== undefined && marks.readAll(newest)}
          >
            <CheckCheck size={18} aria-hidden="true" /> {t.read_all}
          </Button>
          <ButtonLink to="/notifications/preferences" look="secondary" small>
            <Settings2 size={18} aria-hidden="true" /> {t.settings}
          </ButtonLink>
        </>
      }
    >
      <Section>
        <Tabs
          label={t.filter}
          tabs={[
            { to: '/notifications', label: t.all },
            { to: '/notifications', search: { unread: true }, label: t.unread },
          ]}
        />
        <PagedList pages={pages} label={t.list} empty={unread ? <NoUnread /> : <Nothing />}>
          {(it) => <InboxItem key={it.id} notification={it} onOpen={() => marks.readOne(it)} />}
        </PagedList>
      </Section>
    </Page>
  )
}

function Nothing() {
  const t = useTexts(texts)
  return (
    <Empty title={t.empty} action={<ButtonLink to="/send">{t.empty_action}</ButtonLink>}>
      {t.empty_text}
    </Empty>
  )
}

function NoUnread() {
  const t = useTexts(texts)
  const all = (
    <ButtonLink to="/notifications" look="secondary" small>
      {t.show_all}
    </ButtonLink>
  )
  return (
    <Empty title={t.no_unread} action={all}>
      {t.no_unread_text}
    </Empty>
  )
}
