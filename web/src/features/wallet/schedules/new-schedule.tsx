import { useState } from 'react'
import type { Schemas } from '@/api/client'
import { startOfDay } from '@/lib/days'
import { partyRefOf } from '@/lib/party'
import { useLanguage, useTexts } from '@/lib/text'
import type { Account } from '@/lib/wallet'
import { AmountField, amountOf } from '@/ui/amount-field'
import { Submit } from '@/ui/confirm'
import { SelectField, TextAreaField, TextField } from '@/ui/fields'
import { FieldErrors, Form, type Values } from '@/ui/form'
import { AccountField } from '@/ui/wallet/account-field'
import { RecipientField } from '@/ui/wallet/recipient-field'
import { type Every, localText, tomorrowMorning } from './dates'
import { Preview } from './preview'
import { texts } from './texts'

type New = Schemas['CreateSchedule']
type End = 'never' | 'until' | 'count'

/** What decides the dates. */
type When = { start: string; every: Every; end: End; until: string; count: string }

type Props = { accounts: readonly Account[]; onCreate: (content: New) => Promise<unknown> }

export function NewSchedule({ accounts, onCreate }: Props) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const [asset, setAsset] = useState(accounts.find((it) => it.available !== '0')?.asset)
  const [when, setWhen] = useState<When>(() => ({
    start: localText(tomorrowMorning()),
    every: 'month',
    end: 'never',
    until: '',
    count: '12',
  }))
  const account = accounts.find((it) => it.asset === asset) ?? accounts[0]
  if (!account) return null
  const submit = async (values: Values) => {
    const amount = amountOf(values, 'amount', account.scale, language)
    const to = partyRefOf(values.to ?? '')
    const flaws = { ...(to ? {} : { to: t.nobody }), ...flawsOf(when, t) }
    if (!to || Object.keys(flaws).length > 0) throw new FieldErrors(flaws)
    const message = values.message?.trim() || undefined
    const reference = values.reference?.trim() || undefined
    const { until, count } = endOf(when)
    await onCreate({
      to,
      asset: account.asset,
      amount,
      every: when.every,
      start_at: new Date(when.start).toISOString(),
      until: until?.toISOString(),
      count,
      message,
      reference,
    })
  }
  const aliases = { 'to/handle': 'to', 'to/email': 'to' }
  return (
    <Form onSubmit={submit} aliases={aliases}>
      <RecipientField name="to" label={t.who} autoFocus />
      <AccountField name="asset" accounts={accounts} value={account.asset} onChange={setAsset} />
      <AmountField name="amount" label={t.amount} asset={account.asset} scale={account.scale} />
      <WhenFields when={when} onChange={(change) => setWhen({ ...when, ...change })} />
      <TextAreaField name="message" label={t.message} optional rows={2} maxLength={500} />
      <TextField name="reference" label={t.reference} hint={t.reference_hint} optional />
      <Preview rhythm={{ start: new Date(when.start), every: when.every, ...endOf(when) }} />
      <Submit wide>{t.create}</Submit>
    </Form>
  )
}

function WhenFields({ when, onChange }: { when: When; onChange: (change: Partial<When>) => void }) {
  const t = useTexts(texts)
  const rhythms = ['once', 'day', 'week', 'month'] as const
  const ends = ['never', 'until', 'count'] as const
  return (
    <>
      <SelectField
        name="every"
        label={t.every}
        value={when.every}
        onChange={(event) => onChange({ every: event.target.value as Every })}
        choices={rhythms.map((value) => ({ value, label: t[`every_${value}`] }))}
      />
      <TextField
        name="start_at"
        label={t.start}
        type="datetime-local"
        value={when.start}
        min={localText(new Date())}
        onChange={(event) => onChange({ start: event.target.value })}
      />
      {when.every !== 'once' && (
        <SelectField
          name="end"
          label={t.end}
          value={when.end}
          onChange={(event) => onChange({ end: event.target.value as End })}
          choices={ends.map((value) => ({ value, label: t[`end_${value}`] }))}
        />
      )}
      {when.every !== 'once' && when.end === 'until' && (
        <TextField
          name="until"
          label={t.until}
          type="date"
          value={when.until}
          min={when.start.slice(0, 10)}
          onChange={(event) => onChange({ until: event.target.value })}
        />
      )}
      {when.every !== 'once' && when.end === 'count' && (
        <TextField
          name="count"
          label={t.count}
          inputMode="numeric"
          value={when.count}
          onChange={(event) => onChange({ count: event.target.value })}
        />
      )}
    </>
  )
}

function flawsOf(when: When, t: Record<'bad_start' | 'bad_until' | 'bad_count', string>) {
  const flaws: Record<string, string> = {}
  const start = new Date(when.start)
  // What is written so that it isn't after now isn't after an unreadable date either.
  if (!(start > new Date())) flaws.start_at = t.bad_start
  if (when.every === 'once') return flaws
  if (when.end === 'until' && !when.until) flaws.until = t.bad_until
  if (when.end === 'count' && endOf(when).count === undefined) flaws.count = t.bad_count
  return flaws
}

/** The last day is included whole. */
function endOf(when: When): { until?: Date; count?: number } {
  if (when.every === 'once' || when.end === 'never') return {}
  if (when.end === 'until') {
    return when.until ? { until: new Date(Date.parse(startOfDay(when.until, 1)) - 1_000) } : {}
  }
  const count = /^\d{1,5}$/.test(when.count.trim()) ? Number(when.count) : 0
  return count >= 1 && count <= 10_000 ? { count } : {}
}
