import { CircleCheck, Clock } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { formatAmount } from '@/lib/amount'
import { useLanguage, useTexts } from '@/lib/text'
import type { Transfer } from '@/lib/wallet'
import { Button, ButtonLink } from '@/ui/button'
import { Page, Section } from '@/ui/page'
import { nameOf } from '@/ui/shown'
import styles from './send.module.css'
import { texts } from './texts'

/** It is done, or waits for the other one. */
export function Sent({ transfer, onAgain }: { transfer: Transfer; onAgain: () => void }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const start = useRef<HTMLDivElement>(null)
  useEffect(() => start.current?.focus(), [])
  const isDone = transfer.status === 'completed'
  const amount = `${formatAmount(transfer.amount, transfer.scale, language)} ${transfer.asset}`
  const name = nameOf(transfer.to)
  const Icon = isDone ? CircleCheck : Clock
  return (
    <Page title={isDone ? t.sent_title : t.waiting_title} narrow>
      <Section>
        <div ref={start} tabIndex={-1} role="status" className={styles.sum}>
          <Icon size={48} aria-hidden="true" className={isDone ? styles.done : styles.waiting} />
          <strong className={styles.sentence}>{t.sent_lead(amount, name)}</strong>
          {transfer.status === 'waiting' && <span>{t.waiting_lead(name)}</span>}
          {transfer.status === 'invited' && <span>{t.invited_lead}</span>}
        </div>
        <div className={`row ${styles.centred}`}>
          <ButtonLink to="/transfers/$id" params={{ id: transfer.id }}>
            {t.show}
          </ButtonLink>
          <Button look="secondary" onClick={onAgain}>
            {t.another}
          </Button>
        </div>
      </Section>
    </Page>
  )
}
