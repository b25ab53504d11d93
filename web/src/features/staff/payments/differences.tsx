import { useQuery } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import { usePages } from '@/lib/query'
import { useTexts } from '@/lib/text'
import { assetsQuery } from '@/lib/wallet'
import { Id } from '@/ui/id'
import { Section } from '@/ui/page'
import { PagedRecords } from '@/ui/records'
import { Badge, Money, When } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { differenceTexts } from './difference-texts'
import { texts } from './texts'

type Difference = Schemas['ReconciliationDifference']
const KINDS = ['missing_here', 'missing_there', 'amount', 'fee', 'currency'] as const
const SUBJECTS = [
  'deposit',
  'refund',
  'chargeback',
  'withdrawal',
  'fee',
  'settlement',
  'other',
] as const

/** What doesn't agree, and what each kind of it means. */
export function Differences({ run }: { run: Schemas['Reconciliation'] }) {
  const t = useTexts(texts)
  const { id } = run
  const pages = usePages(['staff', 'payments', 'reconciliations', 'differences', id], (cursor) => {
    const params = { path: { id }, query: { cursor } }
    return body(api.GET('/v1/payments/reconciliations/{id}/differences', { params }))
  })
  const kinds = new Set(pages.items?.map(({ kind }) => kind))
  return (
    <>
      <Section title={t.differences} lead={t.differences_lead}>
        <PagedRecords
          pages={pages}
          label={t.differences}
          keyOf={({ number }) => String(number)}
          empty={<Empty title={t.all_agrees}>{t.all_agrees_lead}</Empty>}
          columns={[
            { name: t.kind, cell: ({ kind }) => <KindBadge kind={kind} /> },
            { name: t.what, cell: (it) => <Subject difference={it} /> },
            {
              name: t.ours,
              cell: ({ ours, asset }) => <Side units={ours} asset={asset} />,
              isEnd: true,
            },
            {
              name: t.theirs,
              cell: ({ theirs, theirs_asset }) => <Side units={theirs} asset={theirs_asset} />,
              isEnd: true,
            },
            { name: t.moved, cell: ({ moved_at }) => <When at={moved_at} /> },
          ]}
        />
      </Section>
      {kinds.size > 0 && <Meanings kinds={kinds} />}
    </>
  )
}

/** Only of those that are in the list above. */
function Meanings({ kinds }: { kinds: ReadonlySet<string> }) {
  const t = useTexts(differenceTexts)
  return (
    <Section title={t.meanings} lead={t.meanings_lead}>
      {KINDS.filter((kind) => kinds.has(kind)).map((kind) => (
        <div key={kind}>
          <h3>{t[kind]}</h3>
          <p>{t[`${kind}_means`]}</p>
          <p className="muted">{t[`${kind}_do`]}</p>
        </div>
      ))}
    </Section>
  )
}

function KindBadge({ kind }: { kind: string }) {
  const t = useTexts(differenceTexts)
  const known = KINDS.find((it) => it === kind)
  return <Badge tone="warning">{known ? t[known] : kind}</Badge>
}

function Subject({ difference: { subject, reference } }: { difference: Difference }) {
  const t = useTexts(differenceTexts)
  const known = SUBJECTS.find((it) => it === subject)
  return (
    <>
      {known ? t[`s_${known}`] : subject} <Id id={reference} />
    </>
  )
}

/** What one side says. A currency that isn't counted here has no decimals that we know. */
function Side({ units, asset }: { units: string | null; asset: string }) {
  const t = useTexts(texts)
  const { data = [] } = useQuery(assetsQuery)
  if (units === null) return <span className="muted">{t.nothing}</span>
  const scale = data.find(({ code }) => code === asset)?.scale ?? 0
  return <Money units={units} scale={scale} asset={asset} />
}
