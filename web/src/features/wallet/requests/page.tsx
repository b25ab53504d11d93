import { useNavigate, useSearch } from '@tanstack/react-router'
import { api, body, type Schemas } from '@/api/client'
import { usePages } from '@/lib/query'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { SelectField } from '@/ui/fields'
import { SideBySide } from '@/ui/form'
import { PagedList } from '@/ui/list'
import { Page, Section } from '@/ui/page'
import { Empty } from '@/ui/states'
import { Tabs } from '@/ui/tabs'
import { RequestItem } from '@/ui/wallet/request'
import { texts } from './texts'

type Status = Schemas['PaymentRequestStatus']
const STATUSES = ['open', 'paying', 'paid', 'declined', 'cancelled', 'expired'] as const

/** What others ask of the person, or what the person asks of others. */
export default function RequestsPage() {
  const t = useTexts(texts)
  const navigate = useNavigate()
  const search = useSearch({ strict: false }) as { view?: string; status?: Status }
  const isOutgoing = search.view === 'outgoing'
  const direction = isOutgoing ? 'outgoing' : 'incoming'
  const { status } = search
  const pages = usePages(['requests', direction, status], (cursor) =>
    body(api.GET('/v1/wallet/requests', { params: { query: { direction, status, cursor } } })),
  )
  const view = isOutgoing ? { view: 'outgoing' } : {}
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={<ButtonLink to="/requests/new">{t.new}</ButtonLink>}
    >
      <Tabs
        label={t.views}
        tabs={[
          { to: '/requests', search: {} as never, label: t.incoming },
          { to: '/requests', search: { view: 'outgoing' } as never, label: t.outgoing },
        ]}
      />
      <SideBySide>
        <SelectField
          name="status"
          label={t.status}
          value={status ?? ''}
          onChange={(event) =>
            void navigate({
              to: '/requests',
              search: { ...view, status: event.target.value || undefined } as never,
              replace: true,
            })
          }
          choices={[
            { value: '', label: t.any },
            ...STATUSES.map((value) => ({ value, label: t[`s_${value}`] })),
          ]}
        />
      </SideBySide>
      <Section>
        <PagedList
          pages={pages}
          label={t.title}
          empty={<None direction={direction} isFiltered={status !== undefined} view={view} />}
        >
          {(request) => <RequestItem key={request.id} request={request} />}
        </PagedList>
      </Section>
    </Page>
  )
}

type NoneProps = { direction: 'incoming' | 'outgoing'; isFiltered: boolean; view: object }

function None({ direction, isFiltered, view }: NoneProps) {
  const t = useTexts(texts)
  if (isFiltered) {
    const all = (
      <ButtonLink to="/requests" search={view as never} look="secondary" small>
        {t.show_all}
      </ButtonLink>
    )
    return <Empty title={t.none_found} action={all} />
  }
  return (
    <Empty
      title={t[`empty_${direction}`]}
      action={<ButtonLink to="/requests/new">{t.new}</ButtonLink>}
    >
      {t[`empty_${direction}_lead`]}
    </Empty>
  )
}
