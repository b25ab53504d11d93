import { Outlet } from '@tanstack/react-router'
import { Brand } from './brand'
import { LanguageChoice, ThemeChoice } from './choices'
import styles from './shell.module.css'
import { SkipLink } from './skip-link'

/** Around the pages for whoever is not signed in: the name, and nothing that distracts. */
export function Plain() {
  return (
    <div className={styles.plain}>
      <SkipLink />
      <header className={styles.plainHead}>
        <Brand />
        <div className={styles.choices}>
          <LanguageChoice />
          <ThemeChoice />
        </div>
      </header>
      <main id="main" className={styles.plainMain} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  )
}
