import { useState } from 'react'
import { formatAmount } from '@/lib/amount'
import { partyRefOf } from '@/lib/party'
import { useLanguage, useTexts } from '@/lib/text'
import { type Account, useLimit } from '@/lib/wallet'
import { amountOf } from '@/ui/amount-field'
import { Submit } from '@/ui/confirm'
import { SelectField, TextAreaField } from '@/ui/fields'
import { FieldErrors, Form, type Values } from '@/ui/form'
import { AccountField } from '@/ui/wallet/account-field'
import { AvailableField } from '@/ui/wallet/available-field'
import { RecipientField } from '@/ui/wallet/recipient-field'
import type { Draft } from './draft'
import { texts } from './texts'

type Props = {
  draft: Draft
  accounts: readonly Account[]
  onReview: (draft: Draft) => void
}

export function SendForm({ draft, accounts, onReview }: Props) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const [asset, setAsset] = useState(draft.asset)
  const account = accounts.find((it) => it.asset === asset) ?? accounts[0]
  if (!account) return null
  const review = (values: Values) => {
    const units = amountOf(values, 'amount', account.scale, language)
    const has = `${formatAmount(account.available, account.scale, language)} ${account.asset}`
    const flaws = {
      ...(partyRefOf(values.to ?? '') ? {} : { to: t.nobody }),
      ...(BigInt(units) > BigInt(account.available) ? { amount: t.too_much(has) } : {}),
    }
    if (Object.keys(flaws).length > 0) throw new FieldErrors(flaws)
    onReview({
      to: (values.to ?? '').trim(),
      asset: account.asset,
      amount: values.amount ?? '',
      units,
      message: (values.message ?? '').trim(),
      acceptWithin: (values.accept_within_s ?? '') as Draft['acceptWithin'],
    })
  }
  return (
    <Form onSubmit={review}>
      <RecipientField name="to" defaultValue={draft.to} autoFocus={draft.to === ''} />
      <AccountField name="asset" accounts={accounts} value={account.asset} onChange={setAsset} />
      <HowMuch key={account.asset} account={account} typed={draft.amount} />
      <TextAreaField
        name="message"
        label={t.message}
        optional
        rows={2}
        maxLength={500}
        defaultValue={draft.message}
      />
      <SelectField
        name="accept_within_s"
        label={t.accept}
        hint={t.accept_hint}
        defaultValue={draft.acceptWithin}
        choices={[
          { value: '', label: t.accept_none },
          { value: '3600', label: t.accept_hour },
          { value: '86400', label: t.accept_day },
          { value: '604800', label: t.accept_week },
        ]}
      />
      <Submit wide>{t.review}</Submit>
    </Form>
  )
}

function HowMuch({ account, typed }: { account: Account; typed: string }) {
  const t = useTexts(texts)
  const limits = useLimitTexts(account)
  return <AvailableField account={account} label={t.amount} defaultValue={typed} limits={limits} />
}

/** What limits the sending of this asset, in words. */
function useLimitTexts({ asset, scale }: Account): readonly string[] {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const limit = useLimit(asset)
  const money = (units: string) => `${formatAmount(units, scale, language)} ${asset}`
  return [
    ...(limit?.per_transfer ? [t.limit_each(money(limit.per_transfer))] : []),
    ...(limit?.left_today ? [t.limit_day(money(limit.left_today))] : []),
  ]
}
