import { Link } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import styles from './page.module.css'

type PageProps = {
  title: string
  lead?: ReactNode
  /** Buttons beside the title. */
  actions?: ReactNode
  /** Where the page belongs. */
  back?: { to: string; label: string }
  /** For forms and single things, which read better when they aren't wide. */
  narrow?: boolean
  children: ReactNode
}

/** A page's title, in the window's title too, and what it shows. */
export function Page({ title, lead, actions, back, narrow, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Bushel`
  }, [title])
  return (
    <div className={narrow ? `${styles.page} ${styles.narrow}` : styles.page}>
      {back && (
        <Link to={back.to} className={styles.back}>
          <ArrowLeft size={16} aria-hidden="true" /> {back.label}
        </Link>
      )}
      <header className={styles.head}>
        <div>
          <h1>{title}</h1>
          {lead && <p className={styles.lead}>{lead}</p>}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  )
}

type SectionProps = { title?: string; lead?: ReactNode; actions?: ReactNode; children: ReactNode }

/** A part of a page on a ground of its own. */
export function Section({ title, lead, actions, children }: SectionProps) {
  return (
    <section className={styles.section}>
      {title && (
        <header className={styles.sectionHead}>
          <div>
            <h2>{title}</h2>
            {lead && <p className={styles.sectionLead}>{lead}</p>}
          </div>
          {actions && <div className={styles.actions}>{actions}</div>}
        </header>
      )}
      {children}
    </section>
  )
}

/** Facts about one thing: names and what they are. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className={styles.facts}>{children}</dl>
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
