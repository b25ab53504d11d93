import { useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { useToast } from '@/ui/toast'
import { cardTexts } from './card-texts'
import styles from './test-cards.module.css'

/** Some of the sandbox's cards: what each shows. */
const CARDS = [
  ['4242 4242 4242 4242', 'c_succeeds'],
  ['4000 0000 0000 3220', 'c_confirm'],
  ['4000 0000 0000 0002', 'c_declined'],
  ['4000 0000 0000 9995', 'c_funds'],
  ['4000 0000 0000 0077', 'c_slow'],
  ['4000 0000 0000 0259', 'c_disputed'],
] as const

export function TestCards({ onUse }: { onUse: (number: string) => void }) {
  const t = useTexts(cardTexts)
  const toast = useToast()
  return (
    <aside className={styles.panel} aria-label={t.test_title}>
      <h2>{t.test_title}</h2>
      <p>{t.test_lead}</p>
      <ul>
        {CARDS.map(([number, meaning]) => (
          <li key={number} className={styles.card}>
            <span>
              <code>{number}</code> {t[meaning]}
            </span>
            <Button
              look="quiet"
              small
              aria-label={t.test_use_label(number)}
              onClick={() => {
                onUse(number)
                toast(t.test_filled)
              }}
            >
              {t.test_use}
            </Button>
          </li>
        ))}
      </ul>
    </aside>
  )
}
