import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import { countryName } from '@/lib/countries'
import { useIdempotencyKey } from '@/lib/idempotency'
import { useLanguage, useTexts } from '@/lib/text'
import { assetsQuery } from '@/lib/wallet'
import { Confirm } from '@/ui/confirm'
import { CheckField, TextField } from '@/ui/fields'
import type { Values } from '@/ui/form'
import { Guarded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { Records } from '@/ui/records'
import { TitleAndHandle } from '@/ui/shop/handle-fields'
import { Price } from '@/ui/shop/price'
import { Badge } from '@/ui/shown'
import { Empty, Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { type Method, MethodFields, typedMethod } from './method-fields'
import { SettingsTabs } from './tabs'
import { texts } from './texts'

const methodsQuery = queryOptions({
  queryKey: ['staff', 'shop', 'shipping-methods'],
  queryFn: async () => (await body(api.GET('/v1/shop/shipping-methods'))).data,
})

/** How orders are sent. */
export default function StaffShippingPage() {
  const t = useTexts(texts)
  return (
    <Guarded permission="catalogue.write" title={t.shipping}>
      <Page title={t.shipping} lead={t.shipping_lead} actions={<NewMethod />}>
        <SettingsTabs />
        <Section>
          <Loaded query={useQuery(methodsQuery)}>{(all) => <Methods all={all} />}</Loaded>
        </Section>
      </Page>
    </Guarded>
  )
}

function Methods({ all }: { all: readonly Method[] }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  if (all.length === 0) return <Empty title={t.no_methods}>{t.no_methods_lead}</Empty>
  const where = ({ countries }: Method) =>
    countries.length === 0
      ? t.everywhere
      : countries.map((code) => countryName(code, language)).join(', ')
  return (
    <Records
      label={t.shipping}
      items={all}
      keyOf={({ id }) => id}
      columns={[
        { name: t.method, cell: ({ title }) => title },
        { name: t.countries, cell: where },
        {
          name: t.rates,
          cell: ({ rates }) =>
            rates.map(({ currency, amount, subtotal_min, weight_g_max }) => (
              <div key={`${currency} ${amount} ${subtotal_min} ${weight_g_max}`}>
                <Price amount={amount} currency={currency} />
              </div>
            )),
        },
        {
          name: t.offered,
          cell: ({ is_active }) => (
            <Badge tone={is_active ? 'good' : 'neutral'}>
              {is_active ? t.offered : t.not_offered}
            </Badge>
          ),
        },
        { name: t.edit, isAction: true, cell: (method) => <EditMethod method={method} /> },
      ]}
    />
  )
}

function useScaleOf() {
  const assets = useQuery(assetsQuery).data ?? []
  return (code: string) => assets.find((it) => it.code === code)?.scale ?? 2
}

function NewMethod() {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const toast = useToast()
  const client = useQueryClient()
  const key = useIdempotencyKey()
  const scaleOf = useScaleOf()
  const create = async (values: Values) => {
    const method: Schemas['CreateShippingMethod'] = {
      ...typedMethod(values, { language, t, scaleOf }),
      title: values.title?.trim() ?? '',
      handle: values.handle?.trim() ?? '',
    }
    await key.send(method, (header) =>
      body(api.POST('/v1/shop/shipping-methods', { params: { header }, body: method })),
    )
    toast(t.created)
    await client.invalidateQueries({ queryKey: methodsQuery.queryKey })
  }
  return (
    <Confirm
      label={t.new_method}
      look="primary"
      title={t.new_method}
      action={t.create_method}
      onConfirm={create}
    >
      <TitleAndHandle />
      <MethodFields />
    </Confirm>
  )
}

function EditMethod({ method }: { method: Method }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const toast = useToast()
  const client = useQueryClient()
  const scaleOf = useScaleOf()
  const save = async (values: Values) => {
    const patch: Schemas['ShippingMethodPatch'] = {
      ...typedMethod(values, { language, t, scaleOf }),
      title: values.title?.trim() ?? '',
      is_active: values.is_active === 'on',
    }
    // The list has no versions of its methods.
    const params = { path: { id: method.id }, header: { 'If-Match': '*' } }
    await body(api.PATCH('/v1/shop/shipping-methods/{id}', { params, body: patch }))
    toast(t.saved)
    await client.invalidateQueries({ queryKey: methodsQuery.queryKey })
  }
  return (
    <Confirm label={t.edit} title={t.edit_it(method.title)} action={t.save} onConfirm={save}>
      <TextField name="title" label={t.name} maxLength={200} defaultValue={method.title} />
      <MethodFields method={method} />
      <CheckField name="is_active" label={t.is_active} defaultChecked={method.is_active} />
    </Confirm>
  )
}
