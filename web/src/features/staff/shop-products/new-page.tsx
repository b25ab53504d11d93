import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { useIdempotencyKey } from '@/lib/idempotency'
import { useLanguage, useTexts } from '@/lib/text'
import { assetsQuery } from '@/lib/wallet'
import { AmountField, amountOf } from '@/ui/amount-field'
import { Submit } from '@/ui/confirm'
import { SelectField, TextField } from '@/ui/fields'
import { FieldErrors, Form, FormActions, SideBySide, type Values } from '@/ui/form'
import { Guarded } from '@/ui/guarded'
import { Notice } from '@/ui/notice'
import { Page, Section } from '@/ui/page'
import { Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { BasicFields, typedBasics } from './basics'
import { texts } from './texts'
import { countOf, VARIANTS_MAX, variantsOf, wordsOf } from './variants'

const OPTIONS = [0, 1, 2] as const

/** A product, with what is needed to sell it. */
export default function NewProductPage() {
  const t = useTexts(texts)
  const assets = useQuery(assetsQuery)
  return (
    <Guarded permission="catalogue.write" title={t.new}>
      <Page title={t.new} back={{ to: '/staff/shop/products', label: t.back }} narrow>
        <Loaded query={assets} lines={8}>
          {(all) => <NewForm currencies={all.filter(({ kind }) => kind === 'money')} />}
        </Loaded>
      </Page>
    </Guarded>
  )
}

function NewForm({ currencies }: { currencies: readonly Schemas['Asset'][] }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const create = useCreate()
  const [code, setCode] = useState(usualCurrency(currencies))
  const currency = currencies.find((it) => it.code === code)
  const [typed, setTyped] = useState<Values>({})
  const count = countOf(typedOptions(typed))
  const submit = async (values: Values) => {
    const options = typedOptions(values)
    const flaws = flawsOf(values, t)
    if (Object.keys(flaws).length > 0) throw new FieldErrors(flaws)
    const scale = currency?.scale ?? 2
    const price = { currency: code, amount: amountOf(values, 'price', scale, language) }
    await create({
      ...typedBasics(values),
      options,
      variants: variantsOf(options, values.sku ?? '', {
        prices: [price],
        weight_g: Number(values.weight_g || '0'),
      }),
    })
  }
  return (
    <Form label={t.new} onSubmit={submit} aliases={{ 'variants/0/sku': 'sku', 'tags/0': 'tags' }}>
      <Section title={t.basics}>
        <BasicFields />
      </Section>
      <Section title={t.first_variant}>
        <SideBySide>
          <SelectField
            name="currency"
            label={t.currency}
            value={code}
            onChange={(event) => setCode(event.target.value)}
            choices={currencies.map((it) => ({ value: it.code, label: it.code }))}
          />
          <AmountField
            key={code}
            name="price"
            label={t.price}
            asset={code}
            scale={currency?.scale ?? 2}
          />
        </SideBySide>
        <TextField
          name="sku"
          label={t.sku}
          hint={t.sku_base_hint}
          maxLength={64}
          autoComplete="off"
          spellCheck={false}
        />
        <TextField
          name="weight_g"
          label={t.weight}
          optional
          inputMode="numeric"
          autoComplete="off"
          maxLength={9}
        />
      </Section>
      <Section title={t.options} lead={t.options_lead}>
        {OPTIONS.map((index) => (
          <OptionFields
            key={index}
            index={index}
            onType={(more) => setTyped({ ...typed, ...more })}
          />
        ))}
        {count > VARIANTS_MAX ? (
          <Notice tone="warning">{t.too_many(count)}</Notice>
        ) : (
          <p className="muted" role="status">
            {t.makes(count)}
          </p>
        )}
      </Section>
      <FormActions>
        <Submit>{t.create}</Submit>
      </FormActions>
    </Form>
  )
}

type OptionFieldsProps = { index: number; onType: (values: Values) => void }

function OptionFields({ index, onType }: OptionFieldsProps) {
  const t = useTexts(texts)
  const name = (part: string) => `options/${index}/${part}`
  return (
    <SideBySide>
      <TextField
        name={name('name')}
        label={t.option_name(index + 1)}
        optional
        placeholder={t.option_example}
        maxLength={100}
        autoComplete="off"
        onChange={(event) => onType({ [name('name')]: event.target.value })}
      />
      <TextField
        name={name('values')}
        label={t.option_values}
        hint={t.option_values_hint}
        optional
        autoComplete="off"
        onChange={(event) => onType({ [name('values')]: event.target.value })}
      />
    </SideBySide>
  )
}

/** Options that have a name and values. */
function typedOptions(values: Values): Schemas['ProductOption'][] {
  return OPTIONS.flatMap((index) => {
    const name = values[`options/${index}/name`]?.trim() ?? ''
    const words = wordsOf(values[`options/${index}/values`] ?? '')
    return name !== '' && words.length > 0 ? [{ name, values: words }] : []
  })
}

type Words = ReturnType<typeof useTexts<(typeof texts)['en']>>

function flawsOf(values: Values, t: Words): Record<string, string> {
  const flaws: Record<string, string> = {}
  for (const name of ['title', 'handle', 'sku']) {
    if (!values[name]?.trim()) flaws[name] = t.needed
  }
  if (!/^\d*$/.test(values.weight_g?.trim() ?? '')) flaws.weight_g = t.whole_number
  for (const index of OPTIONS) {
    const isNamed = Boolean(values[`options/${index}/name`]?.trim())
    const hasValues = wordsOf(values[`options/${index}/values`] ?? '').length > 0
    if (isNamed && !hasValues) flaws[`options/${index}/values`] = t.values_needed
    if (!isNamed && hasValues) flaws[`options/${index}/name`] = t.needed
  }
  return flaws
}

function useCreate() {
  const t = useTexts(texts)
  const toast = useToast()
  const navigate = useNavigate()
  const client = useQueryClient()
  const key = useIdempotencyKey()
  return async (product: Schemas['CreateProduct'] | object) => {
    const sent = product as Schemas['CreateProduct']
    const { id } = await key.send(sent, (header) =>
      body(api.POST('/v1/shop/products', { params: { header }, body: sent })),
    )
    await client.invalidateQueries({ queryKey: ['staff', 'shop', 'products'] })
    toast(t.created)
    await navigate({ to: '/staff/shop/products/$id', params: { id } })
  }
}

/** The euro, where there is one. */
function usualCurrency(currencies: readonly Schemas['Asset'][]): string {
  return (currencies.find(({ code }) => code === 'EUR') ?? currencies[0])?.code ?? 'EUR'
}
