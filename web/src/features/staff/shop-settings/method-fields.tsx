import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Schemas } from '@/api/client'
import { editableAmount, parseAmount } from '@/lib/amount'
import { type Language, useLanguage, useTexts } from '@/lib/text'
import { assetsQuery } from '@/lib/wallet'
import { Button } from '@/ui/button'
import { SelectField, TextField } from '@/ui/fields'
import { FieldErrors, SideBySide, type Values } from '@/ui/form'
import styles from './settings.module.css'
import { texts } from './texts'

export type Method = Schemas['ShippingMethod']
type Rate = Schemas['ShippingRate']

const RATES_MAX = 20

/** Where a way of shipping goes to, and what it costs. */
export function MethodFields({ method }: { method?: Method }) {
  const t = useTexts(texts)
  const known = method?.rates ?? []
  const [rows, setRows] = useState(Math.max(known.length, 1))
  return (
    <>
      <TextField
        name="countries"
        label={t.countries}
        hint={t.countries_hint}
        optional
        autoComplete="off"
        defaultValue={method?.countries.join(', ') ?? ''}
      />
      <TextField
        name="tax_class"
        label={t.tax_class}
        autoComplete="off"
        maxLength={100}
        defaultValue={method?.tax_class ?? 'standard'}
      />
      <p className="muted">{t.rates_lead}</p>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows come and go at the end only.
        <RateFields key={index} index={index} rate={known[index]} />
      ))}
      <div className="row">
        {rows < RATES_MAX && (
          <Button look="quiet" small onClick={() => setRows(rows + 1)}>
            {t.add_rate}
          </Button>
        )}
        {rows > 1 && (
          <Button look="quiet" small onClick={() => setRows(rows - 1)}>
            {t.remove_last}
          </Button>
        )}
      </div>
    </>
  )
}

function RateFields({ index, rate }: { index: number; rate: Rate | undefined }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const assets = useQuery(assetsQuery).data ?? []
  const money = assets.filter(({ kind }) => kind === 'money')
  const scaleOf = (code: string) => money.find((it) => it.code === code)?.scale ?? 2
  const name = (part: string) => `rates/${index}/${part}`
  const shown = (units: string | null | undefined) =>
    rate && units ? editableAmount(units, scaleOf(rate.currency), language) : ''
  return (
    <fieldset className={styles.rate}>
      <legend className={styles.legend}>{t.rate_no(index + 1)}</legend>
      <SideBySide>
        <TextField
          name={name('amount')}
          label={t.amount}
          inputMode="decimal"
          autoComplete="off"
          defaultValue={shown(rate?.amount)}
        />
        <SelectField
          name={name('currency')}
          label={t.currency}
          defaultValue={rate?.currency ?? (money.some(({ code }) => code === 'EUR') ? 'EUR' : '')}
          choices={money.map(({ code }) => ({ value: code, label: code }))}
        />
        <TextField
          name={name('subtotal_min')}
          label={t.subtotal_min}
          optional
          inputMode="decimal"
          autoComplete="off"
          defaultValue={shown(rate?.subtotal_min)}
        />
        <TextField
          name={name('weight_g_max')}
          label={t.weight_max}
          optional
          inputMode="numeric"
          autoComplete="off"
          defaultValue={rate?.weight_g_max ? String(rate.weight_g_max) : ''}
        />
      </SideBySide>
    </fieldset>
  )
}

type Words = ReturnType<typeof useTexts<(typeof texts)['en']>>
type Reading = { language: Language; t: Words; scaleOf: (code: string) => number }

/** What was typed there, as the API takes it. */
export function typedMethod(values: Values, reading: Reading) {
  const { t } = reading
  const countries = (values.countries ?? '')
    .split(',')
    .map((code) => code.trim().toUpperCase())
    .filter((code) => code !== '')
  if (countries.some((code) => !/^[A-Z]{2}$/.test(code))) {
    throw new FieldErrors({ countries: t.countries_wrong })
  }
  const indexes = Object.keys(values).flatMap((name) => {
    const [, index] = /^rates\/(\d+)\/amount$/.exec(name) ?? []
    return index === undefined ? [] : [Number(index)]
  })
  return {
    countries,
    tax_class: values.tax_class?.trim() || 'standard',
    rates: indexes.map((index) => typedRate(values, index, reading)),
  }
}

function typedRate(values: Values, index: number, { language, t, scaleOf }: Reading): Rate {
  const name = (part: string) => `rates/${index}/${part}`
  const currency = values[name('currency')] ?? 'EUR'
  // Sending may cost nothing.
  const units = (part: string): string => {
    const parsed = parseAmount(values[name(part)] ?? '', scaleOf(currency), language)
    if ('flaw' in parsed) throw new FieldErrors({ [name(part)]: t.needed })
    return parsed.units.toString()
  }
  const grams = values[name('weight_g_max')]?.trim() ?? ''
  if (!/^\d{0,9}$/.test(grams)) throw new FieldErrors({ [name('weight_g_max')]: t.whole })
  return {
    currency,
    amount: units('amount'),
    ...(values[name('subtotal_min')]?.trim() && { subtotal_min: units('subtotal_min') }),
    ...(grams !== '' && { weight_g_max: Number(grams) }),
  }
}
