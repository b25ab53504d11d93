import { Outlet } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Brand } from './brand'
import { LanguageChoice, ThemeChoice } from './choices'
import { DemoBanner } from './demo-banner'
import styles from './shell.module.css'
import { SkipLink } from './skip-link'

/** Around the pages for whoever is not signed in: the name, and nothing that distracts. */
export function Plain({ children = <Outlet /> }: { children?: ReactNode }) {
  return (
    <div className={styles.plain}>
      <SkipLink />
      <div>
        <DemoBanner />
        <header className={styles.plainHead}>
          <Brand />
          <div className={styles.choices}>
            <LanguageChoice />
            <ThemeChoice />
          </div>
        </header>
      </div>
      <main id="main" className={styles.plainMain} tabIndex={-1}>
        {children}
      </main>
    </div>
  )
}
