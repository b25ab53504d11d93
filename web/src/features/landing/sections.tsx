import {
  Bell,
  BookOpen,
  CalendarClock,
  CircleCheck,
  HandCoins,
  History,
  type LucideIcon,
  Send,
} from 'lucide-react'
import { useTexts } from '@/lib/text'
import styles from './landing.module.css'
import { texts } from './texts'

const FEATURES = [
  ['send', Send],
  ['ask', HandCoins],
  ['plan', CalendarClock],
  ['accept', CircleCheck],
  ['look', History],
  ['hear', Bell],
] as const satisfies readonly (readonly [keyof typeof texts.en, LucideIcon])[]

export function Features() {
  const t = useTexts(texts)
  return (
    <section className={styles.part} aria-labelledby="can">
      <h2 id="can" className={styles.heading}>
        {t.can}
      </h2>
      <p className={styles.partLead}>{t.can_lead}</p>
      <ul className={styles.features}>
        {FEATURES.map(([name, Icon]) => (
          <li key={name} className={styles.feature}>
            <span className={styles.sign} aria-hidden="true">
              <Icon size={22} />
            </span>
            <div>
              <h3>{t[name]}</h3>
              <p className="muted">{t[`${name}_text`]}</p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

export function Audiences() {
  const t = useTexts(texts)
  return (
    <section className={styles.part} aria-labelledby="who">
      <h2 id="who" className={styles.heading}>
        {t.who}
      </h2>
      <div className={styles.audiences}>
        <article className={styles.audience}>
          <h3>{t.people}</h3>
          <p>{t.people_text}</p>
        </article>
        <article className={styles.audience}>
          <h3>{t.companies}</h3>
          <p>{t.companies_text}</p>
        </article>
        <article className={`${styles.audience} ${styles.wide}`}>
          <div className={styles.audienceWords}>
            <h3>{t.developers}</h3>
            <p>{t.developers_text}</p>
            {/* Not a page of this app. */}
            <a href="/docs/" className={styles.docs}>
              <BookOpen size={18} aria-hidden="true" /> {t.developers_docs}
            </a>
          </div>
          <section className={styles.code} aria-label={t.curl}>
            <pre>{CURL}</pre>
          </section>
        </article>
      </div>
    </section>
  )
}

const CURL = `curl ${location.origin}/v1/wallet/transfers \\
  -H "Authorization: Bearer bshl_key_…" \\
  -H "Content-Type: application/json" \\
  -d '{"to": {"handle": "bob"},
       "asset": "APPLE", "amount": "3"}'`

const BOOKS = ['books_two', 'books_once', 'books_kept'] as const

export function Books() {
  const t = useTexts(texts)
  return (
    <section className={styles.part} aria-labelledby="books">
      <h2 id="books" className={styles.heading}>
        {t.books}
      </h2>
      <p className={styles.partLead}>{t.books_lead}</p>
      <ul className={styles.books}>
        {BOOKS.map((name) => (
          <li key={name}>
            <h3>{t[name]}</h3>
            <p className="muted">{t[`${name}_text`]}</p>
          </li>
        ))}
      </ul>
    </section>
  )
}
