import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Schemas } from '@/api/client'
import { editableAmount } from '@/lib/amount'
import { editableRate, parseRate } from '@/lib/rates'
import { localMoment, momentOf } from '@/lib/staff'
import { type Language, useLanguage, useTexts } from '@/lib/text'
import { assetsQuery } from '@/lib/wallet'
import { amountOf } from '@/ui/amount-field'
import { CheckField, SelectField, TextField } from '@/ui/fields'
import { FieldErrors, SideBySide, type Values } from '@/ui/form'
import { texts } from './texts'

export type Promotion = Schemas['Promotion']
type Effect = Schemas['Effect']
type Words = ReturnType<typeof useTexts<(typeof texts)['en']>>

const KINDS = ['percentage', 'amount', 'buy_get', 'free_shipping'] as const
const WHOLE = 1_000_000

/** What typed values are read with. */
export type Reading = {
  readonly language: Language
  readonly t: Words
  readonly scaleOf: (code: string) => number
}

export function useReading(): Reading {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const assets = useQuery(assetsQuery).data ?? []
  return { language, t, scaleOf: (code) => assets.find((it) => it.code === code)?.scale ?? 2 }
}

/** What a promotion does, for what, and how often. */
export function PromotionFields({ promotion }: { promotion?: Promotion }) {
  const t = useTexts(texts)
  const { language, scaleOf } = useReading()
  const { effect, conditions } = promotion ?? {}
  const [kind, setKind] = useState<Effect['kind']>(effect?.kind ?? 'percentage')
  const min = conditions?.subtotal_min
  const least = min ? editableAmount(min.amount, scaleOf(min.currency), language) : ''
  return (
    <>
      <TextField
        name="title"
        label={t.name}
        hint={t.name_hint}
        maxLength={200}
        autoComplete="off"
        defaultValue={promotion?.title ?? ''}
      />
      {!promotion && (
        <TextField
          name="code"
          label={t.code}
          hint={t.code_hint}
          optional
          maxLength={40}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
        />
      )}
      <SelectField
        name="kind"
        label={t.kind}
        value={kind}
        onChange={(event) => setKind(KINDS.find((it) => it === event.target.value) ?? 'percentage')}
        choices={KINDS.map((value) => ({ value, label: t[value] }))}
      />
      <EffectFields kind={kind} effect={effect} />
      <SideBySide>
        <TextField
          name="subtotal_min"
          label={t.subtotal_min}
          optional
          inputMode="decimal"
          autoComplete="off"
          defaultValue={least}
        />
        <CurrencyField
          chosen={min?.currency ?? (effect?.kind === 'amount' ? effect.currency : undefined)}
        />
      </SideBySide>
      <TextField
        name="tags"
        label={t.tags}
        hint={t.tags_hint}
        optional
        autoComplete="off"
        defaultValue={conditions?.tags?.join(', ') ?? ''}
      />
      <TimesFields promotion={promotion} />
      <CheckField name="combines" label={t.combines} defaultChecked={promotion?.combines ?? true} />
      {promotion && (
        <CheckField name="is_active" label={t.is_active} defaultChecked={promotion.is_active} />
      )}
    </>
  )
}

function EffectFields({ kind, effect }: { kind: Effect['kind']; effect: Effect | undefined }) {
  const t = useTexts(texts)
  const { language, scaleOf } = useReading()
  const same = effect?.kind === kind ? effect : undefined
  const rate = same && 'rate' in same ? editableRate(same.rate, language) : ''
  const rateField = (
    <TextField
      name="rate"
      label={t.rate}
      hint={t.rate_hint}
      inputMode="decimal"
      autoComplete="off"
      defaultValue={rate || (kind === 'buy_get' ? '100' : '')}
    />
  )
  if (kind === 'free_shipping') return null
  if (kind === 'percentage') return rateField
  if (kind === 'amount') {
    const units = same?.kind === 'amount' ? same : undefined
    const shown = units ? editableAmount(units.amount, scaleOf(units.currency), language) : ''
    return (
      <TextField
        name="amount"
        label={t.off}
        inputMode="decimal"
        autoComplete="off"
        defaultValue={shown}
      />
    )
  }
  const count = (name: 'buy' | 'get') => (
    <TextField
      name={name}
      label={t[name]}
      inputMode="numeric"
      autoComplete="off"
      defaultValue={same?.kind === 'buy_get' ? String(same[name]) : '1'}
    />
  )
  return (
    <SideBySide>
      {count('buy')}
      {count('get')}
      {rateField}
    </SideBySide>
  )
}

function CurrencyField({ chosen }: { chosen: string | undefined }) {
  const t = useTexts(texts)
  const assets = useQuery(assetsQuery).data ?? []
  const money = assets.filter(({ kind }) => kind === 'money')
  return (
    <SelectField
      key={money.length}
      name="currency"
      label={t.currency}
      defaultValue={chosen ?? (money.some(({ code }) => code === 'EUR') ? 'EUR' : '')}
      choices={money.map(({ code }) => ({ value: code, label: code }))}
    />
  )
}

function TimesFields({ promotion }: { promotion: Promotion | undefined }) {
  const t = useTexts(texts)
  const moment = (name: 'starts_at' | 'ends_at', label: string) => (
    <TextField
      name={name}
      type="datetime-local"
      label={label}
      optional
      defaultValue={localMoment(promotion?.[name])}
    />
  )
  const count = (name: 'uses_max' | 'uses_max_per_customer', label: string) => (
    <TextField
      name={name}
      label={label}
      optional
      inputMode="numeric"
      autoComplete="off"
      defaultValue={promotion?.[name] ? String(promotion[name]) : ''}
    />
  )
  return (
    <SideBySide>
      {moment('starts_at', t.starts)}
      {moment('ends_at', t.ends)}
      {count('uses_max', t.uses_max)}
      {count('uses_max_per_customer', t.uses_max_each)}
    </SideBySide>
  )
}

/** What was typed there, as the API takes it; products that only programs choose stay. */
export function typedPromotion(values: Values, reading: Reading, before?: Promotion) {
  const { t, scaleOf, language } = reading
  const title = values.title?.trim() ?? ''
  if (title === '') throw new FieldErrors({ title: t.needed })
  const currency = values.currency || 'EUR'
  const least = values.subtotal_min?.trim()
    ? { amount: amountOf(values, 'subtotal_min', scaleOf(currency), language), currency }
    : null
  const tags = (values.tags ?? '')
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
  return {
    title,
    effect: typedEffect(values, currency, reading),
    conditions: { ...before?.conditions, subtotal_min: least, tags },
    combines: values.combines === 'on',
    starts_at: momentOf(values.starts_at) ?? null,
    ends_at: momentOf(values.ends_at) ?? null,
    uses_max: typedCount(values, 'uses_max', t),
    uses_max_per_customer: typedCount(values, 'uses_max_per_customer', t),
  }
}

function typedCount(values: Values, name: string, t: Words): number | null {
  const text = values[name]?.trim() ?? ''
  if (text === '') return null
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new FieldErrors({ [name]: t.whole })
  return Number(text)
}

function typedEffect(values: Values, currency: string, reading: Reading): Effect {
  const { t, scaleOf, language } = reading
  const kind = KINDS.find((it) => it === values.kind) ?? 'percentage'
  if (kind === 'free_shipping') return { kind }
  if (kind === 'amount') {
    return { kind, currency, amount: amountOf(values, 'amount', scaleOf(currency), language) }
  }
  const rate = parseRate(values.rate ?? '')
  if (!rate || rate > WHOLE) throw new FieldErrors({ rate: t.rate_wrong })
  if (kind === 'percentage') return { kind, rate }
  const [buy, get] = [typedCount(values, 'buy', t), typedCount(values, 'get', t)]
  if (!buy) throw new FieldErrors({ buy: t.needed })
  if (!get) throw new FieldErrors({ get: t.needed })
  return { kind, buy, get, rate }
}
