import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { countries } from '@/lib/countries'
import { useIdempotencyKey } from '@/lib/idempotency'
import { useScale } from '@/lib/shop'
import { momentOf } from '@/lib/staff'
import { useLanguage, useTexts } from '@/lib/text'
import { assetsQuery } from '@/lib/wallet'
import { Submit } from '@/ui/confirm'
import { CheckField, SelectField, TextAreaField, TextField } from '@/ui/fields'
import { FieldErrors, Form, FormActions, SideBySide, type Values } from '@/ui/form'
import { Guarded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { useToast } from '@/ui/toast'
import { type DraftLine, unitPrice } from './draft'
import { DraftLines } from './draft-lines'
import { texts } from './new-texts'
import { useOrderReread } from './order'
import { From } from './ship'

/** Writes down an order that was made elsewhere, and paid there. */
export default function StaffNewOrderPage() {
  const t = useTexts(texts)
  const [currency, setCurrency] = useState('EUR')
  const [lines, setLines] = useState<readonly DraftLine[]>([])
  return (
    <Guarded permission="orders.write" title={t.title}>
      <Page title={t.title} lead={t.lead} back={{ to: '/staff/shop/orders', label: t.back }}>
        <Section title={t.what}>
          <Currency value={currency} onChange={setCurrency} />
          <DraftLines lines={lines} currency={currency} onChange={setLines} />
        </Section>
        <About lines={lines} currency={currency} />
      </Page>
    </Guarded>
  )
}

type CurrencyProps = { value: string; onChange: (code: string) => void }

/** There is nothing to choose where there is one only. */
function Currency({ value, onChange }: CurrencyProps) {
  const t = useTexts(texts)
  const money = (useQuery(assetsQuery).data ?? []).filter(({ kind }) => kind === 'money')
  if (money.length < 2) return null
  return (
    <SideBySide>
      <SelectField
        name="currency"
        label={t.currency}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        choices={money.map(({ code }) => ({ value: code, label: code }))}
      />
    </SideBySide>
  )
}

function About({ lines, currency }: { lines: readonly DraftLine[]; currency: string }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const scale = useScale(currency)
  const toast = useToast()
  const navigate = useNavigate()
  const key = useIdempotencyKey()
  const reread = useOrderReread()
  const create = async (values: Values) => {
    if (lines.length === 0) throw new FieldErrors({}, t.no_lines)
    const order: Schemas['CreateOrder'] = {
      ...typedAbout(values),
      currency,
      lines: lines.map((line) => {
        const units = unitPrice(line, currency, scale, language)
        if (units === null) throw new FieldErrors({}, t.price_wrong(line.name))
        const isOwn = line.price.trim() !== ''
        return {
          sku: line.sku,
          quantity: line.quantity,
          unit_price: isOwn ? units.toString() : null,
        }
      }),
    }
    const { id, number } = await key.send(order, (header) =>
      body(api.POST('/v1/shop/orders', { params: { header }, body: order })),
    )
    toast(t.created(String(number ?? '')))
    await reread(id)
    await navigate({ to: '/staff/shop/orders/$id', params: { id } })
  }
  return (
    <Form label={t.title} aliases={ALIASES} onSubmit={create}>
      <Section title={t.who} lead={t.who_lead}>
        <WhoFields />
      </Section>
      <Section title={t.how}>
        <HowFields />
        <FormActions>
          <Submit>{t.create}</Submit>
        </FormActions>
      </Section>
    </Form>
  )
}

/** Fields that the API knows inside of others. */
const ALIASES = {
  'customer/name': 'name',
  'customer/email': 'email',
  'customer/reference': 'customer',
}

function WhoFields() {
  const t = useTexts(texts)
  return (
    <SideBySide>
      <TextField name="name" label={t.name} optional maxLength={200} autoComplete="off" />
      <TextField
        name="email"
        type="email"
        label={t.email}
        optional
        maxLength={254}
        autoComplete="off"
      />
      <TextField
        name="customer"
        label={t.customer}
        hint={t.customer_hint}
        optional
        maxLength={200}
        autoComplete="off"
      />
    </SideBySide>
  )
}

function HowFields() {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const [isShipped, setShipped] = useState(false)
  return (
    <>
      <SideBySide>
        <TextField
          name="reference"
          label={t.reference}
          hint={t.reference_hint}
          optional
          maxLength={200}
          autoComplete="off"
        />
        <TextField
          name="payment_reference"
          label={t.payment}
          hint={t.payment_hint}
          optional
          maxLength={200}
          autoComplete="off"
        />
        <TextField
          name="placed_at"
          type="datetime-local"
          label={t.placed_at}
          hint={t.placed_hint}
          optional
        />
        <SelectField
          name="country"
          label={t.country}
          choices={[
            { value: '', label: t.home },
            ...countries(language).map(({ code, name }) => ({ value: code, label: name })),
          ]}
        />
      </SideBySide>
      <TextAreaField name="note" label={t.note} optional rows={2} maxLength={500} />
      <CheckField
        name="shipped"
        label={t.shipped}
        checked={isShipped}
        onChange={(event) => setShipped(event.target.checked)}
      />
      {isShipped && <From label={t.from} />}
    </>
  )
}

/** What was typed there, as the API takes it. */
function typedAbout(values: Values) {
  const text = (name: string) => values[name]?.trim() || null
  const customer = { name: text('name'), email: text('email'), reference: text('customer') }
  const isKnown = Object.values(customer).some((it) => it !== null)
  return {
    customer: isKnown ? customer : null,
    reference: text('reference'),
    payment_reference: text('payment_reference'),
    placed_at: momentOf(values.placed_at) ?? null,
    country: text('country'),
    note: text('note'),
    shipped: values.shipped === 'on' ? { location: text('location') } : null,
  }
}
