import { Link } from '@tanstack/react-router'
import { formatAmount } from '@/lib/amount'
import { useLanguage, useTexts } from '@/lib/text'
import type { Account } from '@/lib/wallet'
import { Money } from '@/ui/shown'
import styles from './overview.module.css'
import { texts } from './texts'

/** What the person holds, an asset each. */
export function Balances({ accounts }: { accounts: readonly Account[] }) {
  const t = useTexts(texts)
  return (
    <section className="stack" aria-label={t.accounts}>
      <header className={styles.head}>
        <h2>{t.accounts}</h2>
        <Link to="/accounts" className={styles.more}>
          {t.all_accounts}
        </Link>
      </header>
      <ul className={styles.accounts}>
        {accounts.map((account) => (
          <Balance key={account.id} account={account} />
        ))}
      </ul>
    </section>
  )
}

function Balance({ account }: { account: Account }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const { asset, scale, available, pending_in, pending_out } = account
  const money = (units: string) => formatAmount(units, scale, language)
  const notes = [
    ...(pending_in === '0' ? [] : [t.coming(money(pending_in))]),
    ...(pending_out === '0' ? [] : [t.held(money(pending_out))]),
  ]
  return (
    <li>
      <Link to="/accounts/$id" params={{ id: account.id }} className={styles.account}>
        <span className={styles.assetName}>{t.account(asset)}</span>
        <span className={styles.balance}>
          <Money units={available} scale={scale} asset={asset} />
        </span>
        <span className={styles.notes}>{notes.length > 0 ? notes.join(' · ') : t.quiet}</span>
      </Link>
    </li>
  )
}
