import { dateFormat } from '@/lib/days'
import { useLanguage, useTexts } from '@/lib/text'
import { firstDates, type Rhythm } from './dates'
import styles from './schedules.module.css'
import { texts } from './texts'

const SHOWN = 5

/** When it will be, as the fields above stand. */
export function Preview({ rhythm }: { rhythm: Rhythm }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  if (Number.isNaN(rhythm.start.getTime())) return null
  const dates = firstDates(rhythm, SHOWN + 1)
  const format = dateFormat(language, {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
  })
  return (
    <section className={styles.preview} aria-live="polite">
      <h2>{t.preview}</h2>
      {dates.length === 0 ? (
        <p>{t.preview_none}</p>
      ) : (
        <ol className={styles.dates}>
          {dates.slice(0, SHOWN).map((date) => (
            <li key={date.toISOString()}>{format.format(date)}</li>
          ))}
          {dates.length > SHOWN && <li className="muted">{t.preview_more}</li>}
        </ol>
      )}
    </section>
  )
}
