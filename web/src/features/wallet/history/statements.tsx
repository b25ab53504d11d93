import { useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useState } from 'react'
import { api, body } from '@/api/client'
import { dateFormat } from '@/lib/days'
import { useLanguage, useTexts } from '@/lib/text'
import type { Account } from '@/lib/wallet'
import { Item, List } from '@/ui/list'
import { Empty, Loaded } from '@/ui/states'
import styles from './history.module.css'
import { texts } from './texts'

/** The account's months, each to be downloaded. They are asked for when this is opened. */
export function Statements({ account }: { account: Account }) {
  const t = useTexts(texts)
  const [isOpen, setOpen] = useState(false)
  return (
    <details className={styles.fold} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t.statements}</summary>
      <p className="muted">{t.statements_lead}</p>
      {isOpen && <Months account={account} />}
    </details>
  )
}

function Months({ account }: { account: Account }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const months = useQuery({
    queryKey: ['history', 'statements', account.id],
    queryFn: async () => {
      const params = { path: { id: account.id } }
      return (await body(api.GET('/v1/wallet/accounts/{id}/statements', { params }))).data
    },
  })
  return (
    <Loaded query={months} lines={1}>
      {(all) =>
        all.length === 0 ? (
          <Empty title={t.statements_empty} />
        ) : (
          <List label={t.statements}>
            {all.map(({ month, is_complete }) => {
              const name = nameOfMonth(month, language)
              return (
                <Item
                  key={month}
                  end={
                    <span className="row">
                      <Statement account={account} month={month} name={name} format="pdf" />
                      <Statement account={account} month={month} name={name} format="csv" />
                    </span>
                  }
                >
                  {name} {!is_complete && <span className="muted">({t.unfinished})</span>}
                </Item>
              )
            })}
          </List>
        )
      }
    </Loaded>
  )
}

type StatementProps = { account: Account; month: string; name: string; format: 'pdf' | 'csv' }

function Statement({ account, month, name, format }: StatementProps) {
  const t = useTexts(texts)
  return (
    <a
      className={styles.download}
      href={`/v1/wallet/accounts/${account.id}/statements/${month}?format=${format}`}
      download={`${account.asset}-${month}.${format}`}
      aria-label={t.download(t[format], name)}
    >
      <Download size={16} aria-hidden="true" /> {t[format]}
    </a>
  )
}

function nameOfMonth(month: string, language: string): string {
  const options = { month: 'long', year: 'numeric' } as const
  return dateFormat(language, options).format(new Date(`${month}-15T12:00`))
}
