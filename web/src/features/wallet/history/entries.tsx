import type { LinkProps } from '@tanstack/react-router'
import { api, body, type Schemas } from '@/api/client'
import { formatAmount } from '@/lib/amount'
import { byDay, dateFormat, nameOfDay } from '@/lib/days'
import { usePages } from '@/lib/query'
import { useLanguage, useTexts } from '@/lib/text'
import type { Account } from '@/lib/wallet'
import { Button } from '@/ui/button'
import { Item, List, Pages } from '@/ui/list'
import { Money, nameOf } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { type Filters, queryOf } from './filters'
import styles from './history.module.css'
import { texts } from './texts'

type Entry = Schemas['WalletEntry']
type Props = { account: Account; filters: Filters; onClear: () => void }

/** An account's entries by days, newest first. */
export function Entries({ account, filters, onClear }: Props) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const query = queryOf(filters, account.scale)
  const pages = usePages(['history', account.id, query], (cursor) =>
    body(
      api.GET('/v1/wallet/accounts/{id}/history', {
        params: { path: { id: account.id }, query: { ...query, cursor } },
      }),
    ),
  )
  const isFiltered = Object.keys(filters).length > 0
  const empty = isFiltered ? (
    <Empty
      title={t.none_found}
      action={
        <Button look="secondary" small onClick={onClear}>
          {t.clear}
        </Button>
      }
    >
      {t.none_found_lead}
    </Empty>
  ) : (
    <Empty title={t.empty}>{t.empty_lead}</Empty>
  )
  return (
    <Pages pages={pages} empty={empty}>
      {(entries) =>
        byDay(entries, ({ at }) => at).map(({ day, things }) => (
          <section key={day}>
            <h2>{nameOfDay(day, language)}</h2>
            <List label={nameOfDay(day, language)}>
              {things.map((entry) => (
                <EntryItem
                  key={`${entry.transfer_id} ${entry.at} ${entry.direction}`}
                  entry={entry}
                  account={account}
                />
              ))}
            </List>
          </section>
        ))
      }
    </Pages>
  )
}

function EntryItem({ entry, account }: { entry: Entry; account: Account }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const { asset, scale } = account
  const { counterparty, message, kind } = entry
  const time = dateFormat(language, { timeStyle: 'short' }).format(new Date(entry.at))
  return (
    <Item
      link={pageOf(entry)}
      end={
        <>
          <Money units={entry.amount} scale={scale} asset={asset} sign={entry.direction} />
          <span className={styles.balance}>
            {t.balance(formatAmount(entry.balance, scale, language))}
          </span>
        </>
      }
    >
      <span className={styles.name}>{counterparty ? nameOf(counterparty) : t[`k_${kind}`]}</span>
      <span className={styles.note}>
        {[time, counterparty && kind !== 'transfer' && t[`k_${kind}`], message]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </Item>
  )
}

const TRANSFERS = ['transfer', 'invitation', 'request_payment', 'scheduled_transfer']

/** Where more is said about an entry. Payments and orders are named by the entry's reference. */
function pageOf(entry: Entry): Pick<LinkProps, 'to' | 'params'> | undefined {
  const { kind, reference, transfer_id: transfer } = entry
  if (TRANSFERS.includes(kind)) return { to: '/transfers/$id', params: { id: transfer } }
  if (reference?.startsWith('dep_')) {
    return { to: '/payments/deposits/$id', params: { id: reference } }
  }
  if (reference?.startsWith('wdr_')) {
    return { to: '/payments/withdrawals/$id', params: { id: reference } }
  }
  if (reference?.startsWith('ord_')) return { to: '/shop/orders/$id', params: { id: reference } }
  return undefined
}
