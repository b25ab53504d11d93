import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import { countries } from '@/lib/countries'
import { ProblemError } from '@/lib/problem'
import { storefrontQuery } from '@/lib/shop'
import { type Versioned, versioned } from '@/lib/staff-shop'
import { useLanguage, useTexts } from '@/lib/text'
import { assetsQuery } from '@/lib/wallet'
import { Submit } from '@/ui/confirm'
import { CheckField, SelectField, TextAreaField, TextField } from '@/ui/fields'
import { FieldErrors, Form, FormActions, type Values } from '@/ui/form'
import { Guarded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import styles from './settings.module.css'
import { SettingsTabs } from './tabs'
import { texts } from './texts'

type Settings = Schemas['ShopSettings']

const settingsQuery = queryOptions({
  queryKey: ['staff', 'shop', 'settings'],
  queryFn: () => versioned(api.GET('/v1/shop/settings')),
})

/** How the shop behaves. */
export default function StaffShopSettingsPage() {
  const t = useTexts(texts)
  return (
    <Guarded permission="catalogue.write" title={t.title}>
      <Page title={t.title} narrow>
        <SettingsTabs />
        <Section>
          <Loaded query={useQuery(settingsQuery)} lines={5}>
            {(settings) => <SettingsForm key={settings.version} settings={settings} />}
          </Loaded>
        </Section>
      </Page>
    </Guarded>
  )
}

const SECONDS = 60

function SettingsForm({ settings }: { settings: Versioned<Settings> }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const toast = useToast()
  const client = useQueryClient()
  const { data, version } = settings
  const money = (useQuery(assetsQuery).data ?? []).filter(({ kind }) => kind === 'money')
  const save = async (values: Values) => {
    const patch: Schemas['ShopSettingsPatch'] = {
      prices_include_tax: values.prices_include_tax === 'on',
      home_country: values.home_country || null,
      default_currency: values.default_currency || null,
      reservation_s: typedMinutes(values, 'reservation_s', t.whole),
      payment_s: typedMinutes(values, 'payment_s', t.whole),
      return_days: typedDays(values, t.whole),
      seller_name: values.seller_name?.trim() || null,
      seller_address: values.seller_address?.trim() || null,
      seller_vat_id: values.seller_vat_id?.trim() || null,
    }
    const header = { 'If-Match': version }
    try {
      await body(api.PATCH('/v1/shop/settings', { params: { header }, body: patch }))
      toast(t.saved)
    } catch (error) {
      if (!(error instanceof ProblemError && error.status === 412)) throw error
      toast(t.changed)
    }
    await client.invalidateQueries({ queryKey: settingsQuery.queryKey })
    await client.invalidateQueries({ queryKey: storefrontQuery.queryKey })
  }
  const minutes = (name: 'reservation_s' | 'payment_s', label: string, hint: string) => (
    <TextField
      name={name}
      label={label}
      hint={hint}
      inputMode="numeric"
      autoComplete="off"
      maxLength={7}
      defaultValue={String(Math.round(data[name] / SECONDS))}
      end={<span className={styles.unit}>{t.minutes}</span>}
    />
  )
  return (
    <Form label={t.title} onSubmit={save}>
      <CheckField
        name="prices_include_tax"
        label={t.include}
        defaultChecked={data.prices_include_tax}
      />
      <SelectField
        name="home_country"
        label={t.home}
        hint={t.home_hint}
        defaultValue={data.home_country ?? ''}
        choices={[
          { value: '', label: t.no_home },
          ...countries(language).map(({ code, name }) => ({ value: code, label: name })),
        ]}
      />
      <SelectField
        key={money.length}
        name="default_currency"
        label={t.default_currency}
        hint={t.default_currency_hint}
        defaultValue={data.default_currency ?? ''}
        choices={[
          { value: '', label: t.first_currency },
          ...money.map(({ code }) => ({ value: code, label: code })),
        ]}
      />
      {minutes('reservation_s', t.reservation, t.reservation_hint)}
      {minutes('payment_s', t.payment, t.payment_hint)}
      <TextField
        name="return_days"
        label={t.return_days}
        hint={t.return_days_hint}
        inputMode="numeric"
        autoComplete="off"
        maxLength={5}
        defaultValue={String(data.return_days)}
        end={<span className={styles.unit}>{t.days}</span>}
      />
      <fieldset className="stack">
        <legend className={styles.heading}>{t.seller}</legend>
        <TextField
          name="seller_name"
          label={t.seller_name}
          optional
          maxLength={200}
          defaultValue={data.seller_name ?? ''}
        />
        <TextAreaField
          name="seller_address"
          label={t.seller_address}
          optional
          rows={3}
          maxLength={500}
          defaultValue={data.seller_address ?? ''}
        />
        <TextField
          name="seller_vat_id"
          label={t.seller_vat_id}
          optional
          maxLength={200}
          autoComplete="off"
          defaultValue={data.seller_vat_id ?? ''}
        />
      </fieldset>
      <FormActions>
        <Submit>{t.save}</Submit>
      </FormActions>
    </Form>
  )
}

function typedMinutes(values: Values, name: string, flaw: string): number {
  const text = values[name]?.trim() ?? ''
  if (!/^\d{1,7}$/.test(text)) throw new FieldErrors({ [name]: flaw })
  return Number(text) * SECONDS
}

function typedDays(values: Values, flaw: string): number {
  const text = values.return_days?.trim() ?? ''
  if (!/^\d{1,5}$/.test(text)) throw new FieldErrors({ return_days: flaw })
  return Number(text)
}
