import { useQueryClient } from '@tanstack/react-query'
import { api, body } from '@/api/client'
import { usePages } from '@/lib/query'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { Guarded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { PagedRecords } from '@/ui/records'
import { When } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { MailTabs } from './tabs'
import { texts } from './texts'

/** Addresses to which no more mail goes. */
export default function SuppressionsPage() {
  const t = useTexts(texts)
  return (
    <Guarded permission="mail.read" title={t.title}>
      <Page title={t.title} lead={t.suppressions_lead}>
        <MailTabs />
        <Section>
          <Suppressions />
        </Section>
      </Page>
    </Guarded>
  )
}

function Suppressions() {
  const t = useTexts(texts)
  const pages = usePages(['staff', 'suppressions'], (cursor) =>
    body(api.GET('/v1/notifications/suppressions', { params: { query: { cursor } } })),
  )
  return (
    <PagedRecords
      pages={pages}
      label={t.suppressions}
      keyOf={(suppression) => suppression.address}
      empty={<Empty title={t.suppressions_none}>{t.suppressions_none_more}</Empty>}
      columns={[
        { name: t.address, cell: ({ address }) => address },
        { name: t.reply, cell: ({ reply }) => reply },
        { name: t.since, cell: (suppression) => <When at={suppression.created_at} /> },
        { name: t.remove, isAction: true, cell: ({ address }) => <Remove address={address} /> },
      ]}
    />
  )
}

function Remove({ address }: { address: string }) {
  const t = useTexts(texts)
  const client = useQueryClient()
  const toast = useToast()
  return (
    <Confirm
      label={t.remove}
      title={t.remove_title}
      action={t.remove}
      onConfirm={async () => {
        const params = { path: { address } }
        await api.DELETE('/v1/notifications/suppressions/{address}', { params })
        toast(t.removed)
        await client.invalidateQueries({ queryKey: ['staff', 'suppressions'] })
      }}
    >
      <p>{t.remove_lead(address)}</p>
    </Confirm>
  )
}
