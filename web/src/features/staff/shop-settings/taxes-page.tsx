import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import { countries, countryName } from '@/lib/countries'
import { editableRate, formatRate, parseRate } from '@/lib/rates'
import { useLanguage, useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { SelectField, TextField } from '@/ui/fields'
import { FieldErrors, type Values } from '@/ui/form'
import { Guarded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { Records } from '@/ui/records'
import { Remove } from '@/ui/remove'
import { Empty, Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { SettingsTabs } from './tabs'
import { texts } from './texts'

type TaxRate = Schemas['TaxRate']

const ratesQuery = queryOptions({
  queryKey: ['staff', 'shop', 'tax-rates'],
  queryFn: async () => (await body(api.GET('/v1/shop/tax-rates'))).data,
})

/** What countries take. */
export default function StaffTaxesPage() {
  const t = useTexts(texts)
  return (
    <Guarded permission="catalogue.write" title={t.taxes}>
      <Page title={t.taxes} lead={t.taxes_lead} actions={<SetRate />}>
        <SettingsTabs />
        <Section>
          <Loaded query={useQuery(ratesQuery)}>{(rates) => <Rates rates={rates} />}</Loaded>
        </Section>
      </Page>
    </Guarded>
  )
}

function Rates({ rates }: { rates: readonly TaxRate[] }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  if (rates.length === 0) return <Empty title={t.no_taxes}>{t.no_taxes_lead}</Empty>
  return (
    <Records
      label={t.taxes}
      items={rates}
      keyOf={(rate) => `${rate.country} ${rate.class}`}
      columns={[
        { name: t.country, cell: ({ country }) => countryName(country, language) },
        { name: t.class, cell: (rate) => <code>{rate.class}</code> },
        { name: t.rate, cell: ({ rate }) => formatRate(rate, language) },
        { name: t.rate_name, cell: ({ title }) => title },
        {
          name: t.edit,
          isAction: true,
          cell: (rate) => (
            <div className="row">
              <SetRate rate={rate} />
              <RemoveRate rate={rate} />
            </div>
          ),
        },
      ]}
    />
  )
}

/** Sets a new rate, or another one where there is one. */
function SetRate({ rate }: { rate?: TaxRate }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const toast = useToast()
  const client = useQueryClient()
  const set = async (values: Values) => {
    const flaws: Record<string, string> = {}
    const country = rate?.country ?? values.country ?? ''
    const name = rate?.class ?? values.class?.trim() ?? ''
    const millionths = parseRate(values.rate ?? '')
    const title = values.title?.trim() ?? ''
    if (country === '') flaws.country = t.needed
    if (name === '') flaws.class = t.needed
    if (title === '') flaws.title = t.needed
    if (millionths === null) flaws.rate = t.rate_wrong
    if (millionths === null || Object.keys(flaws).length > 0) throw new FieldErrors(flaws)
    const params = { path: { country, class: name } }
    const sent = { rate: millionths, title }
    await body(api.PUT('/v1/shop/tax-rates/{country}/{class}', { params, body: sent }))
    toast(t.saved)
    await client.invalidateQueries({ queryKey: ratesQuery.queryKey })
  }
  return (
    <Confirm
      label={rate ? t.edit : t.new_rate}
      look={rate ? 'secondary' : 'primary'}
      title={rate ? `${countryName(rate.country, language)}, ${rate.class}` : t.new_rate}
      action={t.set}
      onConfirm={set}
    >
      {!rate && (
        <>
          <SelectField
            name="country"
            label={t.country}
            choices={[
              { value: '', label: t.choose },
              ...countries(language).map((it) => ({ value: it.code, label: it.name })),
            ]}
          />
          <TextField
            name="class"
            label={t.class}
            hint={t.class_hint}
            defaultValue="standard"
            maxLength={100}
            autoComplete="off"
          />
        </>
      )}
      <TextField
        name="rate"
        label={t.rate}
        hint={t.rate_hint}
        inputMode="decimal"
        autoComplete="off"
        maxLength={10}
        defaultValue={rate ? editableRate(rate.rate, language) : ''}
      />
      <TextField
        name="title"
        label={t.rate_name}
        placeholder={t.rate_name_example}
        maxLength={200}
        autoComplete="off"
        defaultValue={rate?.title ?? ''}
      />
    </Confirm>
  )
}

function RemoveRate({ rate }: { rate: TaxRate }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const toast = useToast()
  const client = useQueryClient()
  const remove = async () => {
    const params = { path: { country: rate.country, class: rate.class } }
    await body(api.DELETE('/v1/shop/tax-rates/{country}/{class}', { params }))
    toast(t.removed)
    await client.invalidateQueries({ queryKey: ratesQuery.queryKey })
  }
  return (
    <Remove
      label={t.remove}
      title={t.remove_rate(`${countryName(rate.country, language)}, ${rate.class}`)}
      onRemove={remove}
    />
  )
}
