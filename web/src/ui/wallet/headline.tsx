import type { ReactNode } from 'react'
import styles from './headline.module.css'

type HeadlineProps = {
  amount: ReactNode
  badge: ReactNode
  /** What its state means for the one who looks; read out when it changes. */
  meaning: string
  message?: string | null
  /** How long it still waits. */
  time?: ReactNode
}

/** What a transfer, a request or a payment is about, at the top of its page. */
export function Headline({ amount, badge, meaning, message, time }: HeadlineProps) {
  return (
    <div className={styles.headline}>
      <span className={styles.amount}>{amount}</span>
      <div role="status" className={styles.status}>
        {badge}
        <p>{meaning}</p>
      </div>
      {time && <p className="muted">{time}</p>}
      {message && <blockquote className={styles.message}>{message}</blockquote>}
    </div>
  )
}
