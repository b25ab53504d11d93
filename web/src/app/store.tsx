import { Link, Outlet, useLocation } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { StoreBar } from '@/features/shop/bar/bar'
import { useSession } from '@/lib/session'
import { defineTexts, useTexts } from '@/lib/text'
import { Brand } from './brand'
import { LanguageChoice, ThemeChoice } from './choices'
import { DemoBanner } from './demo-banner'
import { Plain } from './plain'
import styles from './shell.module.css'
import { WithSession } from './signed-in'
import { SkipLink } from './skip-link'

const texts = defineTexts({ sign_in: 'Sign in' }, { sign_in: 'Anmelden' })

/** Pages of the shop are open to everybody; whoever is signed in has their own places beside them. */
export function Store() {
  const session = useSession()
  // Nobody sees the one and then the other.
  if (session.isPending) return null
  return (
    <WithSession otherwise={<GuestStore />}>
      <InStore />
    </WithSession>
  )
}

/** The page alone, with the places of whoever is signed in beside it. */
export function Either({ children = <Outlet /> }: { children?: ReactNode }) {
  const session = useSession()
  if (session.isPending) return null
  return <WithSession otherwise={<Plain>{children}</Plain>}>{children}</WithSession>
}

/** The shop's own bar, and the page. */
export function InStore() {
  return (
    <>
      <StoreBar />
      <Outlet />
    </>
  )
}

function GuestStore() {
  const t = useTexts(texts)
  const href = useLocation({ select: (location) => location.href })
  return (
    <div className={styles.plain}>
      <SkipLink />
      <div>
        <DemoBanner />
        <header className={`${styles.plainHead} ${styles.storeHead}`}>
          <Brand />
          <div className={styles.choices}>
            <Link to="/sign-in" search={{ next: href } as never} className={styles.textButton}>
              {t.sign_in}
            </Link>
            <LanguageChoice />
            <ThemeChoice />
          </div>
        </header>
      </div>
      <main id="main" className={`${styles.plainMain} ${styles.storeMain}`} tabIndex={-1}>
        <InStore />
      </main>
    </div>
  )
}
