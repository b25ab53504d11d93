import { Check } from 'lucide-react'
import type { ReactNode } from 'react'
import { useProfile } from '@/lib/session'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Copyable } from '@/ui/copyable'
import { Section } from '@/ui/page'
import { OpenAccount } from '@/ui/wallet/open-account'
import styles from './overview.module.css'
import { texts } from './texts'

const PROFILE: string = '/profile'

/** The way in for somebody who has nothing yet. */
export function Onboarding({ hasAccount }: { hasAccount: boolean }) {
  const t = useTexts(texts)
  return (
    <Section title={t.welcome}>
      <ol className={styles.steps}>
        <Step title={t.step_open} lead={t.step_open_lead} isDone={hasAccount}>
          {!hasAccount && <OpenAccount />}
        </Step>
        <Step title={t.step_fill} lead={t.step_fill_lead}>
          <div>
            <ButtonLink to="/payments/deposit" look="secondary" small>
              {t.deposit}
            </ButtonLink>
          </div>
        </Step>
        <Step title={t.step_share} lead={t.step_share_lead}>
          <Share />
        </Step>
      </ol>
    </Section>
  )
}

type StepProps = { title: string; lead: string; isDone?: boolean; children: ReactNode }

function Step({ title, lead, isDone, children }: StepProps) {
  const t = useTexts(texts)
  return (
    <li className={isDone ? `${styles.step} ${styles.stepDone}` : styles.step}>
      <h3>
        {title}{' '}
        {isDone && (
          <>
            <Check size={16} aria-hidden="true" />
            <span className="visually-hidden">({t.step_done})</span>
          </>
        )}
      </h3>
      {!isDone && <p className="muted">{lead}</p>}
      {children}
    </li>
  )
}

function Share() {
  const t = useTexts(texts)
  const { handle } = useProfile()
  if (!handle) {
    return (
      <p>
        {t.no_handle}{' '}
        <ButtonLink to={PROFILE} look="quiet" small>
          {t.to_profile}
        </ButtonLink>
      </p>
    )
  }
  return <Copyable label={t.link} text={`${location.origin}/send?to=${handle}`} />
}
