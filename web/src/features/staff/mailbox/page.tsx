import { Link, Navigate } from '@tanstack/react-router'
import { api, body } from '@/api/client'
import { useFilters } from '@/lib/filters'
import { usePages } from '@/lib/query'
import { usePermissions } from '@/lib/session'
import { useTexts } from '@/lib/text'
import { TextField } from '@/ui/fields'
import { Filters } from '@/ui/filters'
import { Notice } from '@/ui/notice'
import { Page, Section } from '@/ui/page'
import { PagedRecords } from '@/ui/records'
import { When } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { MailTabs } from './tabs'
import { texts } from './texts'

const REFRESH_MS = 5_000

/** Mail that was kept instead of being sent. */
export default function MailboxPage() {
  const t = useTexts(texts)
  const [filters, setFilters] = useFilters(['to'])
  // The first of the three pages is for fewer people than the others.
  if (!usePermissions().has('mailbox.read'))
    return <Navigate to="/staff/mailbox/messages" replace />
  return (
    <Page title={t.title} lead={t.lead}>
      <MailTabs />
      <Section>
        <Filters label={t.filter} values={filters} onChange={setFilters}>
          <TextField
            name="to"
            label={t.to}
            placeholder={t.to_hint}
            inputMode="email"
            autoCapitalize="off"
            spellCheck={false}
            maxLength={320}
          />
        </Filters>
        <Kept to={filters.to} />
      </Section>
      <Notice tone="warning">{t.warning}</Notice>
    </Page>
  )
}

function Kept({ to }: { to: string | undefined }) {
  const t = useTexts(texts)
  const pages = usePages(
    ['staff', 'mailbox', to],
    (cursor) => body(api.GET('/v1/notifications/mailbox', { params: { query: { to, cursor } } })),
    { refetchInterval: REFRESH_MS },
  )
  return (
    <PagedRecords
      pages={pages}
      label={t.mailbox}
      keyOf={(mail) => mail.id}
      empty={<Empty title={to ? t.none_fit : t.none}>{t.none_more}</Empty>}
      columns={[
        {
          name: t.subject,
          cell: (mail) => (
            <Link to="/staff/mailbox/$id" params={{ id: mail.id }}>
              {mail.subject}
            </Link>
          ),
        },
        { name: t.to, cell: (mail) => mail.to },
        { name: t.kind, cell: (mail) => <code>{mail.kind}</code> },
        { name: t.at, cell: (mail) => <When at={mail.created_at} /> },
      ]}
    />
  )
}
