import { useQuery } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import { useTexts } from '@/lib/text'
import { Fact, Facts, Section } from '@/ui/page'
import { Money, When } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import styles from './page.module.css'
import { percentOf } from './percent'
import { texts } from './texts'

type Limit = Schemas['WalletLimit']

/** How much one may send, and what is left of it today. */
export function Limits() {
  const t = useTexts(texts)
  const query = useQuery({
    queryKey: ['accounts', 'limits'],
    queryFn: () => body(api.GET('/v1/wallet/limits')),
  })
  return (
    <Section title={t.limits} lead={t.limits_lead}>
      <Loaded query={query} lines={2}>
        {({ data }) =>
          data.length === 0 ? (
            <p>{t.limits_none}</p>
          ) : (
            data.map((limit) => <LimitOf key={limit.asset} limit={limit} />)
          )
        }
      </Loaded>
    </Section>
  )
}

function LimitOf({ limit }: { limit: Limit }) {
  const t = useTexts(texts)
  const shown = (units: string | null | undefined) =>
    units == null ? t.unlimited : <Money units={units} scale={limit.scale} asset={limit.asset} />
  return (
    <div className={styles.limit}>
      <h3>{limit.asset}</h3>
      <Facts>
        <Fact name={t.per_transfer}>{shown(limit.per_transfer)}</Fact>
        <Fact name={t.per_day}>{shown(limit.per_day)}</Fact>
        {limit.per_day != null && limit.used_today != null && (
          <>
            <Fact name={t.used_today}>{shown(limit.used_today)}</Fact>
            <Fact name={t.left_today}>{shown(limit.left_today)}</Fact>
            <Fact name={t.resets}>
              <When at={limit.resets_at} />
            </Fact>
          </>
        )}
      </Facts>
      {limit.per_day != null && limit.used_today != null && (
        <progress
          className={styles.used}
          max={100}
          value={percentOf(limit.used_today, limit.per_day)}
          aria-label={t.used_of(limit.asset)}
        />
      )}
    </div>
  )
}
