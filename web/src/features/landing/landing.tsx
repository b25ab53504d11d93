import { Brand } from '@/app/brand'
import { LanguageChoice, ThemeChoice } from '@/app/choices'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import styles from './landing.module.css'
import { texts } from './texts'

/** What whoever is not signed in sees first. */
export function Landing() {
  const t = useTexts(texts)
  return (
    <div className={styles.landing}>
      <header className={styles.head}>
        <Brand />
        <div className={styles.choices}>
          <LanguageChoice />
          <ThemeChoice />
        </div>
      </header>
      <main id="main" className={styles.main}>
        <h1 className={styles.title}>{t.title}</h1>
        <p className={styles.lead}>{t.lead}</p>
        <div className="row">
          <ButtonLink to="/sign-up">{t.sign_up}</ButtonLink>
          <ButtonLink to="/sign-in" look="secondary">
            {t.sign_in}
          </ButtonLink>
        </div>
      </main>
    </div>
  )
}
