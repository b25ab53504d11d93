import { Check, TriangleAlert } from 'lucide-react'
import { defineTexts, useTexts } from '@/lib/text'
import styles from './scope.module.css'
import { scopeTexts } from './scope-texts'

const texts = defineTexts(
  { known: 'allowed before', careful: 'Careful:' },
  { known: 'schon erlaubt', careful: 'Vorsicht:' },
)

/** By these a program gives away what its user has. */
const SPENDING = ['wallet.write', 'payments.write']

export function isSpending(scopes: readonly string[]): boolean {
  return scopes.some((scope) => SPENDING.includes(scope))
}

/** A right in words; the name of one that is newer than these pages. */
export function useScopeNames(): (scope: string) => string {
  const names: Readonly<Record<string, string>> = useTexts(scopeTexts)
  return (scope) => names[scope.replace('.', '_')] ?? scope
}

type ScopeListProps = {
  label: string
  scopes: readonly string[]
  /** Those that weren't allowed before; if left out, nothing is said about that. */
  fresh?: readonly string[]
}

/** What an application may do, or wants to. */
export function ScopeList({ label, scopes, fresh }: ScopeListProps) {
  const t = useTexts(texts)
  const nameOf = useScopeNames()
  return (
    <ul className={styles.scopes} aria-label={label}>
      {scopes.map((scope) => (
        <li key={scope} className={styles.scope}>
          {SPENDING.includes(scope) ? (
            <>
              <TriangleAlert size={20} aria-hidden="true" className={styles.careful} />
              <span className="visually-hidden">{t.careful}</span>
            </>
          ) : (
            <Check size={20} aria-hidden="true" className={styles.check} />
          )}
          <span>
            {nameOf(scope)}{' '}
            {fresh && !fresh.includes(scope) && <span className="muted">({t.known})</span>}
          </span>
        </li>
      ))}
    </ul>
  )
}
