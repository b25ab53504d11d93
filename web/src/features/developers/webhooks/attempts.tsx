import type { Schemas } from '@/api/client'
import { useTexts } from '@/lib/text'
import { When } from '@/ui/shown'
import styles from './page.module.css'
import { texts } from './texts'

type Attempt = Schemas['WebhookAttempt']

/** Each try to deliver a message, and what was answered. */
export function Attempts({ attempts }: { attempts: readonly Attempt[] }) {
  const t = useTexts(texts)
  if (attempts.length === 0) return <p className={styles.note}>{t.no_attempts}</p>
  return (
    <details className={styles.attempts}>
      <summary>{t.attempts(attempts.length)}</summary>
      <ol>
        {attempts.map((attempt) => (
          <li key={`${attempt.number} ${attempt.at}`} className={styles.attempt}>
            <p>
              {t.attempt(attempt.number)} · <When at={attempt.at} /> ·{' '}
              {attempt.status == null ? t.no_answer : t.answered(attempt.status)} ·{' '}
              {t.took(attempt.duration_ms)}
            </p>
            {attempt.error && <p className={styles.error}>{attempt.error}</p>}
            {attempt.response && <pre className={styles.response}>{attempt.response}</pre>}
          </li>
        ))}
      </ol>
    </details>
  )
}
