import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import { countries, countryName } from '@/lib/countries'
import { useIdempotencyKey } from '@/lib/idempotency'
import { usePermissions } from '@/lib/session'
import { type Location, locationsQuery } from '@/lib/staff-shop'
import { useLanguage, useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { CheckField, SelectField, TextField } from '@/ui/fields'
import { FieldErrors, type Values } from '@/ui/form'
import { Guarded } from '@/ui/guarded'
import { Page, Section } from '@/ui/page'
import { Records } from '@/ui/records'
import { TitleAndHandle } from '@/ui/shop/handle-fields'
import { Badge } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { StockTabs } from './tabs'
import { texts } from './texts'

/** Where stock lies. */
export default function StaffLocationsPage() {
  const t = useTexts(texts)
  const mayChange = usePermissions().has('stock.write')
  return (
    <Guarded permission="stock.read" title={t.locations}>
      <Page title={t.locations} lead={t.locations_lead} actions={mayChange && <NewLocation />}>
        <StockTabs />
        <Section>
          <Loaded query={useQuery(locationsQuery)}>
            {(all) => <Shown locations={all} mayChange={mayChange} />}
          </Loaded>
        </Section>
      </Page>
    </Guarded>
  )
}

function Shown({ locations, mayChange }: { locations: readonly Location[]; mayChange: boolean }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const edit = {
    name: t.edit,
    isAction: true,
    cell: (location: Location) => <EditLocation location={location} />,
  }
  return (
    <Records
      label={t.locations}
      items={locations}
      keyOf={({ id }) => id}
      columns={[
        { name: t.location, cell: ({ title }) => title },
        {
          name: t.country,
          cell: ({ country }) => (country ? countryName(country, language) : '–'),
        },
        { name: t.priority, cell: ({ priority }) => priority },
        {
          name: t.is_active,
          cell: ({ is_active }) => (
            <Badge tone={is_active ? 'good' : 'neutral'}>{is_active ? t.active : t.inactive}</Badge>
          ),
        },
        ...(mayChange ? [edit] : []),
      ]}
    />
  )
}

type Words = ReturnType<typeof useTexts<(typeof texts)['en']>>

function typedPriority(values: Values, t: Words): number {
  const text = values.priority?.trim() || '0'
  if (!/^\d{1,6}$/.test(text)) throw new FieldErrors({ priority: t.whole })
  return Number(text)
}

function CommonFields({ location }: { location?: Location }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  return (
    <>
      <SelectField
        name="country"
        label={t.country}
        optional
        defaultValue={location?.country ?? ''}
        choices={[
          { value: '', label: t.no_country },
          ...countries(language).map(({ code, name }) => ({ value: code, label: name })),
        ]}
      />
      <TextField
        name="priority"
        label={t.priority}
        hint={t.priority_hint}
        inputMode="numeric"
        autoComplete="off"
        defaultValue={String(location?.priority ?? 0)}
      />
    </>
  )
}

function NewLocation() {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  const key = useIdempotencyKey()
  const create = async (values: Values) => {
    const location: Schemas['CreateLocation'] = {
      title: values.title?.trim() ?? '',
      handle: values.handle?.trim() ?? '',
      country: values.country || null,
      priority: typedPriority(values, t),
    }
    await key.send(location, (header) =>
      body(api.POST('/v1/shop/locations', { params: { header }, body: location })),
    )
    toast(t.location_created)
    await client.invalidateQueries({ queryKey: locationsQuery.queryKey })
  }
  return (
    <Confirm
      label={t.new_location}
      look="primary"
      title={t.new_location}
      action={t.create_location}
      onConfirm={create}
    >
      <TitleAndHandle />
      <CommonFields />
    </Confirm>
  )
}

function EditLocation({ location }: { location: Location }) {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  const save = async (values: Values) => {
    const patch: Schemas['LocationPatch'] = {
      title: values.title?.trim() ?? '',
      country: values.country || null,
      priority: typedPriority(values, t),
      is_active: values.is_active === 'on',
    }
    const header = { 'If-Match': '*' }
    const params = { path: { id: location.id }, header }
    await body(api.PATCH('/v1/shop/locations/{id}', { params, body: patch }))
    toast(t.saved)
    await client.invalidateQueries({ queryKey: locationsQuery.queryKey })
  }
  return (
    <Confirm label={t.edit} title={t.edit_it(location.title)} action={t.save} onConfirm={save}>
      <TextField name="title" label={t.location} maxLength={200} defaultValue={location.title} />
      <CommonFields location={location} />
      <CheckField name="is_active" label={t.is_active} defaultChecked={location.is_active} />
    </Confirm>
  )
}
