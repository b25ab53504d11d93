import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { api, body, type Schemas } from '@/api/client'
import { useFilters } from '@/lib/filters'
import { usePermissions } from '@/lib/session'
import { SEEN } from '@/lib/staff'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { Raw } from '@/ui/expandable'
import { Guarded } from '@/ui/guarded'
import { Id } from '@/ui/id'
import { Notice } from '@/ui/notice'
import { Fact, Facts, Page, Section } from '@/ui/page'
import { When } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { Tabs } from '@/ui/tabs'
import { useToast } from '@/ui/toast'
import { MailFrame } from './mail-frame'
import { PlainText } from './plain-text'
import { texts } from './texts'

type Mail = Schemas['KeptMail']

/** A mail that was kept: as it looks, its text, its headers. */
export default function MailPage() {
  const t = useTexts(texts)
  const { id = '' } = useParams({ strict: false })
  const query = useQuery({
    queryKey: ['staff', 'mail', id],
    queryFn: () => body(api.GET('/v1/notifications/mailbox/{id}', { params: { path: { id } } })),
    enabled: usePermissions().has('mailbox.read'),
    ...SEEN,
  })
  return (
    <Guarded permission="mailbox.read" title={t.mail}>
      <Page
        title={query.data?.subject ?? t.mail}
        back={{ to: '/staff/mailbox', label: t.title }}
        actions={query.data && <Delete id={id} />}
      >
        <Loaded query={query} lines={8}>
          {(mail) => <MailViews mail={mail} />}
        </Loaded>
        <Notice tone="warning">{t.warning}</Notice>
      </Page>
    </Guarded>
  )
}

function MailViews({ mail }: { mail: Mail }) {
  const t = useTexts(texts)
  const [{ view }] = useFilters(['view'])
  const link = { to: '/staff/mailbox/$id', params: { id: mail.id } } as const
  const headers = Object.entries(mail.headers).map(([name, value]) => `${name}: ${value}`)
  return (
    <>
      <Section>
        <Facts>
          <Fact name={t.to}>{mail.to}</Fact>
          <Fact name={t.kind}>
            <code>{mail.kind}</code>
          </Fact>
          <Fact name={t.at}>
            <When at={mail.created_at} />
          </Fact>
          <Fact name={t.id}>
            <Id id={mail.id} />
          </Fact>
        </Facts>
      </Section>
      <Tabs
        label={t.view}
        tabs={[
          { ...link, search: {} as never, label: t.html },
          { ...link, search: { view: 'text' } as never, label: t.text },
          { ...link, search: { view: 'headers' } as never, label: t.headers },
        ]}
      />
      {view === 'text' ? (
        <Section>
          <PlainText text={mail.text} />
        </Section>
      ) : view === 'headers' ? (
        <Raw label={t.headers} value={headers.join('\n')} />
      ) : (
        <MailFrame key={mail.id} html={mail.html} title={t.frame(mail.subject)} />
      )}
    </>
  )
}

function Delete({ id }: { id: string }) {
  const t = useTexts(texts)
  const client = useQueryClient()
  const navigate = useNavigate()
  const toast = useToast()
  return (
    <Confirm
      label={t.delete}
      title={t.delete_title}
      action={t.delete}
      isDanger
      onConfirm={async () => {
        await api.DELETE('/v1/notifications/mailbox/{id}', { params: { path: { id } } })
        toast(t.deleted)
        await client.invalidateQueries({ queryKey: ['staff', 'mailbox'] })
        await navigate({ to: '/staff/mailbox' })
      }}
    >
      <p>{t.delete_lead}</p>
    </Confirm>
  )
}
