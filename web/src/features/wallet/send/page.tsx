import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useLanguage, useTexts } from '@/lib/text'
import { type Account, accountsQuery, openOnes, type Transfer } from '@/lib/wallet'
import { ButtonLink } from '@/ui/button'
import { Page, Section } from '@/ui/page'
import { Empty, Loaded } from '@/ui/states'
import { type Draft, prefilled } from './draft'
import { Review } from './review'
import { SendForm } from './send-form'
import { Sent } from './sent'
import { texts } from './texts'

/** Who, what and how much; then a look at it; then it is sent. */
export default function SendPage() {
  const t = useTexts(texts)
  const accounts = useQuery(accountsQuery)
  const search = useSearch({ strict: false }) as Record<string, string>
  if (accounts.data) {
    const open = openOnes(accounts.data)
    // Another link is another beginning.
    if (open.length > 0) return <Steps key={JSON.stringify(search)} accounts={open} />
  }
  return (
    <Page title={t.title} lead={t.lead} narrow>
      <Section>
        <Loaded query={accounts} lines={7}>
          {() => (
            <Empty
              title={t.no_account}
              action={<ButtonLink to="/accounts">{t.no_account_action}</ButtonLink>}
            >
              {t.no_account_lead}
            </Empty>
          )}
        </Loaded>
      </Section>
    </Page>
  )
}

function Steps({ accounts }: { accounts: readonly Account[] }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const search = useSearch({ strict: false }) as Record<string, string>
  const [draft, setDraft] = useState<Draft>(() => prefilled(search, accounts, language))
  const [step, setStep] = useState<'form' | 'review'>('form')
  const [sent, setSent] = useState<Transfer | null>(null)
  if (sent) {
    const again = () => {
      setDraft(prefilled({}, accounts, language))
      setStep('form')
      setSent(null)
    }
    return <Sent transfer={sent} onAgain={again} />
  }
  if (step === 'review') {
    return (
      <Review
        draft={draft}
        account={accounts.find(({ asset }) => asset === draft.asset)}
        onSent={setSent}
        onChange={() => setStep('form')}
      />
    )
  }
  return (
    <Page title={t.title} lead={t.lead} narrow>
      <Section>
        <SendForm
          draft={draft}
          accounts={accounts}
          onReview={(reviewed) => {
            setDraft(reviewed)
            setStep('review')
          }}
        />
      </Section>
    </Page>
  )
}
