import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { editableAmount } from '@/lib/amount'
import { usePages } from '@/lib/query'
import { fullTitleOf, useScale } from '@/lib/shop'
import { type Language, useLanguage, useTexts } from '@/lib/text'
import { amountOf } from '@/ui/amount-field'
import { Button } from '@/ui/button'
import { Confirm } from '@/ui/confirm'
import { TextField } from '@/ui/fields'
import { FieldErrors, SideBySide, type Values } from '@/ui/form'
import { PagedRecords } from '@/ui/records'
import { Remove } from '@/ui/remove'
import { FindVariants } from '@/ui/shop/find-variants'
import { Price } from '@/ui/shop/price'
import { Empty } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { LISTS, type PriceList } from './list'
import { texts } from './texts'

type Tier = Schemas['ListedPrice']['tiers'][number]

/** What things cost in a list, by their article numbers. */
export function ListedPrices({ list }: { list: PriceList }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const pages = usePages([...LISTS, list.id, 'prices'], (cursor) =>
    body(
      api.GET('/v1/shop/price-lists/{id}/prices', {
        params: { path: { id: list.id }, query: { cursor } },
      }),
    ),
  )
  return (
    <PagedRecords
      pages={pages}
      label={t.prices}
      keyOf={({ sku }) => sku}
      empty={<Empty title={t.no_prices}>{t.no_prices_lead}</Empty>}
      columns={[
        { name: t.sku, cell: ({ sku }) => sku },
        {
          name: t.price,
          cell: ({ tiers }) =>
            tiers.map(({ min_quantity: from, amount }) => (
              <div key={from}>
                <Price amount={amount} currency={list.currency} />
                {from > 1 && (
                  <span className="muted"> {t.from_n(from.toLocaleString(language))}</span>
                )}
              </div>
            )),
        },
        {
          name: t.change,
          isAction: true,
          cell: ({ sku, tiers }) => (
            <div className="row">
              <SetPrice key={JSON.stringify(tiers)} list={list} sku={sku} name={sku} tiers={tiers}>
                <span aria-hidden="true">{t.change}</span>
                <span className="visually-hidden">{t.change_it(sku)}</span>
              </SetPrice>
              <TakeOut list={list} sku={sku} />
            </div>
          ),
        },
      ]}
    />
  )
}

/** Finds what isn't in the list yet. */
export function AddPrices({ list }: { list: PriceList }) {
  const t = useTexts(texts)
  return (
    <FindVariants
      action={(variant, product) => {
        const name = fullTitleOf(product, variant)
        return (
          <SetPrice list={list} sku={variant.sku} name={name} tiers={[]}>
            <span aria-hidden="true">{t.set}</span>
            <span className="visually-hidden">{t.set_it(name)}</span>
          </SetPrice>
        )
      }}
    />
  )
}

function usePut(list: PriceList) {
  const toast = useToast()
  const client = useQueryClient()
  return async (sku: string, tiers: Tier[], said: string) => {
    const params = { path: { id: list.id } }
    const prices = { prices: [{ sku, tiers }] }
    await body(api.PUT('/v1/shop/price-lists/{id}/prices', { params, body: prices }))
    toast(said)
    await client.invalidateQueries({ queryKey: [...LISTS, list.id] })
    await client.invalidateQueries({ queryKey: ['shop'] })
  }
}

const TIERS_MAX = 10

type SetPriceProps = {
  list: PriceList
  sku: string
  name: string
  tiers: readonly Tier[]
  children: ReactNode
}

/** A price for one piece, and others from a quantity on. */
function SetPrice({ list, sku, name, tiers, children }: SetPriceProps) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const scale = useScale(list.currency)
  const put = usePut(list)
  const [rows, setRows] = useState(Math.max(tiers.length, 1))
  const indexes = Array.from({ length: rows }, (_, index) => index)
  const save = (values: Values) => {
    const typed = indexes.flatMap((index) => tierOf(values, index, scale, language, t.whole_number))
    return put(sku, typed, t.price_saved)
  }
  return (
    <Confirm label={children} title={t.price_of(name)} action={t.save} onConfirm={save}>
      {indexes.map((index) => (
        <SideBySide key={index}>
          <TextField
            name={`tiers/${index}/min_quantity`}
            label={t.tier_from}
            inputMode="numeric"
            autoComplete="off"
            defaultValue={String(tiers[index]?.min_quantity ?? (index === 0 ? 1 : ''))}
          />
          <TextField
            name={`tiers/${index}/amount`}
            label={`${t.tier_price} (${list.currency})`}
            inputMode="decimal"
            autoComplete="off"
            defaultValue={
              tiers[index] ? editableAmount(tiers[index].amount, scale, language) : undefined
            }
          />
        </SideBySide>
      ))}
      {rows < TIERS_MAX && (
        <div>
          <Button look="quiet" small onClick={() => setRows(rows + 1)}>
            {t.more}
          </Button>
        </div>
      )}
    </Confirm>
  )
}

/** A row, unless nothing stands in it; the first one has to say something. */
function tierOf(
  values: Values,
  index: number,
  scale: number,
  language: Language,
  flaw: string,
): Tier[] {
  const [from, amount] = [`tiers/${index}/min_quantity`, `tiers/${index}/amount`]
  const text = values[from]?.trim() ?? ''
  if (index > 0 && text === '' && !values[amount]?.trim()) return []
  if (!/^\d{1,7}$/.test(text)) throw new FieldErrors({ [from]: flaw })
  return [{ min_quantity: Number(text), amount: amountOf(values, amount, scale, language) }]
}

function TakeOut({ list, sku }: { list: PriceList; sku: string }) {
  const t = useTexts(texts)
  const put = usePut(list)
  return (
    <Remove
      isOneOfMany
      label={t.remove}
      title={t.remove_it(sku)}
      onRemove={() => put(sku, [], t.removed)}
    />
  )
}
