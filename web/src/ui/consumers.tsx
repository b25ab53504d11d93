import { useQuery } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import { defineTexts, useLanguage, useTexts } from '@/lib/text'
import { Records } from './records'
import { Badge, When } from './shown'
import { Empty, Loaded } from './states'

const texts = defineTexts(
  {
    label: 'Consumers',
    none: 'There are no consumers',
    name: 'Name',
    context: 'Context',
    position: 'Position',
    lag: 'Behind',
    failures: 'Failures',
    updated: 'Last event',
    retry: 'Tries again',
    up_to_date: 'Up to date',
    events: (count: string) => `${count} events`,
  },
  {
    label: 'Leser',
    none: 'Es gibt keine Leser',
    name: 'Name',
    context: 'Bereich',
    position: 'Stelle',
    lag: 'Rückstand',
    failures: 'Fehlschläge',
    updated: 'Letztes Ereignis',
    retry: 'Nächster Versuch',
    up_to_date: 'Keiner',
    events: (count: string) => `${count} Ereignisse`,
  },
)
type Consumer = Schemas['Consumer']
const REFRESH_MS = 5_000

/** Who reads the events of a context, and how far each is; read again all the time. */
export function useConsumers() {
  return useQuery({
    queryKey: ['staff', 'consumers'],
    queryFn: () => body(api.GET('/v1/admin/consumers')),
    refetchInterval: REFRESH_MS,
  })
}

export function Consumers() {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const count = new Intl.NumberFormat(language)
  return (
    <Loaded query={useConsumers()} lines={5}>
      {({ data }) =>
        data.length === 0 ? (
          <Empty title={t.none} />
        ) : (
          <Records
            label={t.label}
            items={data}
            keyOf={({ name, context }) => `${name} ${context}`}
            columns={[
              { name: t.name, cell: ({ name }) => <code>{name}</code> },
              { name: t.context, cell: ({ context }) => context },
              { name: t.lag, cell: (consumer) => <Lag consumer={consumer} /> },
              { name: t.position, cell: ({ position }) => count.format(position) },
              { name: t.failures, cell: (consumer) => <Failures consumer={consumer} /> },
              { name: t.updated, cell: (it) => <When at={it.updated_at} style="relative" /> },
            ]}
          />
        )
      }
    </Loaded>
  )
}

function Lag({ consumer: { lag } }: { consumer: Consumer }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  if (lag === 0) return <Badge tone="good">{t.up_to_date}</Badge>
  return <Badge tone="warning">{t.events(new Intl.NumberFormat(language).format(lag))}</Badge>
}

function Failures({ consumer }: { consumer: Consumer }) {
  const t = useTexts(texts)
  if (consumer.failures === 0) return consumer.failures
  return (
    <>
      <Badge tone="bad">{consumer.failures}</Badge> {consumer.last_error}
      {consumer.retry_at && (
        <span className="muted">
          {' '}
          {t.retry}: <When at={consumer.retry_at} style="relative" />
        </span>
      )}
    </>
  )
}
