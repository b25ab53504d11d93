import { useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { countries, likelyCountry } from '@/lib/countries'
import { useSession } from '@/lib/session'
import { type Address, addressOf, type Cart } from '@/lib/shop'
import { useCartActions } from '@/lib/shop-cart'
import { defineTexts, useLanguage, useTexts } from '@/lib/text'
import { Submit } from '@/ui/confirm'
import { CheckField, SelectField, TextAreaField, TextField } from '@/ui/fields'
import { FieldErrors, Form, SideBySide, type Values } from '@/ui/form'
import { missingParts, typedAddress } from './address'
import { texts } from './texts'

const errors = defineTexts(
  { missing: 'This is missing.', email: 'Enter an e-mail address, such as ann@example.org.' },
  { missing: 'Das fehlt.', email: 'Gib eine E-Mail-Adresse an, etwa ann@example.org.' },
)

const SHIPPING = 'shipping_address'
const BILLING = 'billing_address'

type AddressFormProps = { cart: Cart; isSent: boolean; onSaved: () => void }

/** Who buys, where it goes, and where the invoice goes. */
export function AddressForm({ cart, isSent, onSaved }: AddressFormProps) {
  const t = useTexts(texts)
  const e = useTexts(errors)
  const profile = useSession().data
  const { change } = useCartActions()
  const [hasBilling, setBilling] = useState(cart.billing_address !== null)
  const save = async (values: Values) => {
    const shipping = isSent ? typedAddress(values, SHIPPING) : null
    const billing = hasBilling ? typedAddress(values, BILLING) : null
    const missing = [
      ...(shipping ? missingParts(shipping, SHIPPING) : []),
      ...(billing ? missingParts(billing, BILLING) : []),
    ]
    const flaws = Object.fromEntries(missing.map((name) => [name, e.missing]))
    const email = values.email?.trim() ?? ''
    if (!/^\S+@\S+\.\S+$/.test(email)) flaws.email = e.email
    if (Object.keys(flaws).length > 0) throw new FieldErrors(flaws)
    const patch = {
      email,
      shipping_address: shipping,
      billing_address: billing,
      note: values.note?.trim() || null,
    }
    await change(({ id }, header) =>
      body(
        api.PATCH('/v1/shop/carts/{id}', {
          params: { path: { id }, header },
          // The document describes addresses under a name that means something else.
          body: patch as unknown as Schemas['CartPatch'],
        }),
      ),
    )
    onSaved()
  }
  return (
    <Form onSubmit={save}>
      <TextField
        name="email"
        type="email"
        label={t.email}
        hint={t.email_hint}
        autoComplete="email"
        maxLength={254}
        defaultValue={cart.email ?? profile?.email ?? ''}
      />
      {isSent && (
        <AddressFields
          prefix={SHIPPING}
          section="shipping"
          address={addressOf(cart.shipping_address)}
          name={profile?.name ?? ''}
        />
      )}
      <CheckField
        label={t.other_billing}
        checked={hasBilling}
        onChange={(event) => setBilling(event.target.checked)}
      />
      {hasBilling && (
        <fieldset className="stack">
          <legend>
            <h3>{t.billing}</h3>
          </legend>
          <AddressFields
            prefix={BILLING}
            section="billing"
            address={addressOf(cart.billing_address)}
            name={profile?.name ?? ''}
          />
        </fieldset>
      )}
      <TextAreaField
        name="note"
        label={t.note}
        optional
        rows={2}
        maxLength={500}
        defaultValue={cart.note ?? ''}
      />
      <Submit>{t.save}</Submit>
    </Form>
  )
}

type FieldsProps = {
  prefix: string
  section: 'shipping' | 'billing'
  address: Address | null
  /** Who it is most likely. */
  name: string
}

function AddressFields({ prefix, section, address, name }: FieldsProps) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const common = (part: keyof Address) => ({
    name: `${prefix}/${part}`,
    maxLength: 200,
    defaultValue: address?.[part] ?? '',
  })
  return (
    <>
      <TextField
        {...common('name')}
        defaultValue={address?.name ?? name}
        label={t.name}
        autoComplete={`${section} name`}
      />
      <TextField
        {...common('company')}
        label={t.company}
        optional
        autoComplete={`${section} organization`}
      />
      <TextField {...common('street')} label={t.street} autoComplete={`${section} address-line1`} />
      <TextField
        {...common('extra')}
        label={t.extra}
        optional
        autoComplete={`${section} address-line2`}
      />
      <SideBySide>
        <TextField
          {...common('postcode')}
          label={t.postcode}
          autoComplete={`${section} postal-code`}
        />
        <TextField {...common('city')} label={t.city} autoComplete={`${section} address-level2`} />
      </SideBySide>
      <SideBySide>
        <SelectField
          name={`${prefix}/country`}
          label={t.country}
          autoComplete={`${section} country`}
          defaultValue={address?.country ?? likelyCountry(navigator.language)}
          choices={[
            { value: '', label: t.choose_country },
            ...countries(language).map((it) => ({ value: it.code, label: it.name })),
          ]}
        />
        <TextField
          {...common('region')}
          label={t.region}
          optional
          autoComplete={`${section} address-level1`}
        />
      </SideBySide>
      <TextField
        {...common('phone')}
        type="tel"
        label={t.phone}
        hint={t.phone_hint}
        optional
        autoComplete={`${section} tel`}
      />
    </>
  )
}
