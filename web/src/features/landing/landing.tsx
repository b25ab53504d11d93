import { useEffect } from 'react'
import { Brand } from '@/app/brand'
import { LanguageChoice, ThemeChoice } from '@/app/choices'
import { SkipLink } from '@/app/skip-link'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { DemoPeople } from './demo-people'
import styles from './landing.module.css'
import { Picture } from './picture'
import { Audiences, Books, Features } from './sections'
import { texts } from './texts'

/** What whoever is not signed in sees first. */
export function Landing() {
  const t = useTexts(texts)
  useEffect(() => {
    document.title = `Bushel · ${t.page}`
  }, [t.page])
  return (
    <div className={styles.landing}>
      <SkipLink />
      <header className={styles.head}>
        <Brand />
        <div className={styles.choices}>
          <LanguageChoice />
          <ThemeChoice />
        </div>
      </header>
      <main id="main" className={styles.main} tabIndex={-1}>
        <DemoPeople />
        <div className={styles.hero}>
          <div className={styles.words}>
            <h1 className={styles.title}>{t.title}</h1>
            <p className={styles.lead}>{t.lead}</p>
            <Begin />
          </div>
          <Picture />
        </div>
        <Features />
        <Audiences />
        <Books />
        <section className={styles.end}>
          <h2 className={styles.heading}>{t.end}</h2>
          <Begin />
        </section>
      </main>
    </div>
  )
}

function Begin() {
  const t = useTexts(texts)
  return (
    <div className="row">
      <ButtonLink to="/sign-up">{t.sign_up}</ButtonLink>
      <ButtonLink to="/sign-in" look="secondary">
        {t.sign_in}
      </ButtonLink>
      <ButtonLink to="/shop" look="quiet">
        {t.shop}
      </ButtonLink>
    </div>
  )
}
