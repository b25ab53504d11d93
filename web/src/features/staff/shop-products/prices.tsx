import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { editableAmount } from '@/lib/amount'
import { type Product, useScale, type Variant, variantName } from '@/lib/shop'
import type { Versioned } from '@/lib/staff-shop'
import { useLanguage, useTexts } from '@/lib/text'
import { assetsQuery } from '@/lib/wallet'
import { AmountField, amountOf } from '@/ui/amount-field'
import { Button } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { Dialog } from '@/ui/dialog'
import { SelectField, TextField } from '@/ui/fields'
import { FieldErrors, Form, FormActions, type Values } from '@/ui/form'
import { useProductChange } from './change'
import styles from './products.module.css'
import { texts } from './texts'

type PricesProps = { product: Versioned<Product>; variant: Variant }

/** What a variant costs, in each currency and from which quantity on. */
export function Prices(props: PricesProps) {
  const t = useTexts(texts)
  const [isOpen, setOpen] = useState(false)
  const { product, variant } = props
  const name = variantName(product.data.options, variant)
  return (
    <>
      <Button look="secondary" small onClick={() => setOpen(true)}>
        {t.prices}
      </Button>
      <Dialog title={t.prices_of(name)} isOpen={isOpen} onClose={() => setOpen(false)}>
        <Chosen {...props} onDone={() => setOpen(false)} />
      </Dialog>
    </>
  )
}

type DoneProps = PricesProps & { onDone: () => void }

function Chosen(props: DoneProps) {
  const t = useTexts(texts)
  const assets = useQuery(assetsQuery).data ?? []
  const money = assets.filter(({ kind }) => kind === 'money')
  const usual = props.variant.prices[0]?.currency ?? 'EUR'
  const [code, setCode] = useState(usual)
  return (
    <div className="stack">
      {money.length > 1 && (
        <SelectField
          name="currency"
          label={t.currency}
          value={code}
          onChange={(event) => setCode(event.target.value)}
          choices={money.map((it) => ({ value: it.code, label: it.code }))}
        />
      )}
      <PriceForm key={code} {...props} currency={code} />
    </div>
  )
}

const TIERS_MAX = 10

function PriceForm({ product, variant, currency, onDone }: DoneProps & { currency: string }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const scale = useScale(currency)
  const change = useProductChange(product)
  const price = variant.prices.find((it) => it.currency === currency)
  const tiers = price?.tiers ?? []
  const [rows, setRows] = useState(tiers.length)
  const path = { id: product.data.id, variant: variant.id, currency }
  const shown = (units: string | undefined) =>
    units === undefined ? '' : editableAmount(units, scale, language)
  const put = async (values: Values) => {
    const amount = amountOf(values, 'amount', scale, language)
    const typed = Array.from({ length: rows }, (_, index) => tierOf(values, index))
    const sent: Schemas['PutPrice'] = { amount, tiers: typed.flat() }
    await change(
      (header) =>
        body(
          api.PUT('/v1/shop/products/{id}/variants/{variant}/prices/{currency}', {
            params: { path, header },
            body: sent,
          }),
        ),
      t.price_saved,
    )
    onDone()
  }
  const tierOf = (values: Values, index: number): Schemas['PriceTier'][] => {
    const [from, name] = [`tiers/${index}/min_quantity`, `tiers/${index}/amount`]
    const text = values[from]?.trim() ?? ''
    if (text === '' && !values[name]?.trim()) return []
    if (!/^\d{1,7}$/.test(text)) throw new FieldErrors({ [from]: t.whole_number })
    return [{ min_quantity: Number(text), amount: amountOf(values, name, scale, language) }]
  }
  const remove = async () => {
    await change(
      () =>
        body(
          api.DELETE('/v1/shop/products/{id}/variants/{variant}/prices/{currency}', {
            params: { path },
          }),
        ),
      t.price_removed,
    )
    onDone()
  }
  return (
    <Form label={t.prices} onSubmit={put}>
      <AmountField
        name="amount"
        label={t.each}
        asset={currency}
        scale={scale}
        defaultValue={shown(price?.amount)}
      />
      {rows > 0 && <h3>{t.tiers}</h3>}
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows are only added at the end.
        <div key={index} className={styles.tier}>
          <TextField
            name={`tiers/${index}/min_quantity`}
            label={t.tier_from}
            inputMode="numeric"
            autoComplete="off"
            defaultValue={tiers[index] ? String(tiers[index].min_quantity) : ''}
          />
          <TextField
            name={`tiers/${index}/amount`}
            label={t.tier_price}
            inputMode="decimal"
            autoComplete="off"
            defaultValue={shown(tiers[index]?.amount)}
          />
        </div>
      ))}
      {rows < TIERS_MAX && (
        <div>
          <Button look="quiet" small onClick={() => setRows(rows + 1)}>
            {rows === 0 ? t.tiers : t.add_tier}
          </Button>
        </div>
      )}
      <FormActions>
        <Submit>{t.save}</Submit>
        {price && (
          <Button look="quiet" onClick={() => void remove().catch(() => null)}>
            {t.remove_price}
          </Button>
        )}
      </FormActions>
    </Form>
  )
}
