import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import { formatAmount } from '@/lib/amount'
import { useIdempotencyKey } from '@/lib/idempotency'
import { usePages } from '@/lib/query'
import { formatRate } from '@/lib/rates'
import { versioned } from '@/lib/staff-shop'
import { useLanguage, useTexts } from '@/lib/text'
import { assetsQuery } from '@/lib/wallet'
import { Confirm } from '@/ui/confirm'
import type { Values } from '@/ui/form'
import { Guarded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { PagedRecords } from '@/ui/records'
import { PriceTabs } from '@/ui/shop/price-tabs'
import { Badge } from '@/ui/shown'
import { Empty } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { type Promotion, PromotionFields, typedPromotion, useReading } from './fields'
import { stateOf } from './state'
import { texts } from './texts'

/** What makes baskets cheaper. */
export default function StaffPromotionsPage() {
  const t = useTexts(texts)
  return (
    <Guarded permission="catalogue.write" title={t.title}>
      <Page title={t.title} lead={t.lead} actions={<NewPromotion />}>
        <PriceTabs />
        <Section>
          <Promotions />
        </Section>
      </Page>
    </Guarded>
  )
}

const TONES = { running: 'good', stopped: 'neutral', upcoming: 'info', over: 'neutral' } as const

function Promotions() {
  const t = useTexts(texts)
  const pages = usePages(['staff', 'shop', 'promotions'], (cursor) =>
    body(api.GET('/v1/shop/promotions', { params: { query: { cursor } } })),
  )
  return (
    <PagedRecords
      pages={pages}
      label={t.title}
      keyOf={({ id }) => id}
      empty={<Empty title={t.none}>{t.none_lead}</Empty>}
      columns={[
        { name: t.promotion, cell: ({ title }) => title },
        { name: t.code, cell: ({ code }) => (code ? <code>{code}</code> : t.automatic) },
        { name: t.effect, cell: ({ effect }) => <Effect effect={effect} /> },
        {
          name: t.state,
          cell: (it) => {
            const state = stateOf(it, new Date())
            return <Badge tone={TONES[state]}>{t[state]}</Badge>
          },
        },
        { name: t.edit, isAction: true, cell: (it) => <EditPromotion promotion={it} /> },
      ]}
    />
  )
}

function Effect({ effect }: { effect: Schemas['Effect'] }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const assets = useQuery(assetsQuery).data ?? []
  if (effect.kind === 'free_shipping') return t.free_shipping
  if (effect.kind === 'percentage') return t.percent(formatRate(effect.rate, language))
  if (effect.kind === 'buy_get') {
    return t.buy_get_text(effect.buy, effect.get, formatRate(effect.rate, language))
  }
  const scale = assets.find(({ code }) => code === effect.currency)?.scale ?? 2
  return t.amount_off(`${formatAmount(effect.amount, scale, language)} ${effect.currency}`)
}

function NewPromotion() {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  const key = useIdempotencyKey()
  const reading = useReading()
  const create = async (values: Values) => {
    const code = values.code?.trim().toUpperCase() || null
    const promotion = { ...typedPromotion(values, reading), code }
    await key.send(promotion, (header) =>
      body(api.POST('/v1/shop/promotions', { params: { header }, body: promotion })),
    )
    toast(t.created)
    await client.invalidateQueries({ queryKey: ['staff', 'shop', 'promotions'] })
  }
  return (
    <Confirm label={t.new} look="primary" title={t.new} action={t.create} onConfirm={create}>
      <PromotionFields />
    </Confirm>
  )
}

function EditPromotion({ promotion }: { promotion: Promotion }) {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  const reading = useReading()
  const path = { id: promotion.id }
  const save = async (values: Values) => {
    const patch = {
      ...typedPromotion(values, reading, promotion),
      is_active: values.is_active === 'on',
    }
    const { version } = await versioned(api.GET('/v1/shop/promotions/{id}', { params: { path } }))
    const header = { 'If-Match': version }
    await body(api.PATCH('/v1/shop/promotions/{id}', { params: { path, header }, body: patch }))
    toast(t.saved)
    await client.invalidateQueries({ queryKey: ['staff', 'shop', 'promotions'] })
  }
  return (
    <Confirm label={t.edit} title={t.edit_it(promotion.title)} action={t.save} onConfirm={save}>
      <PromotionFields promotion={promotion} />
    </Confirm>
  )
}
