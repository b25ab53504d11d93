import type { Schemas } from '@/api/client'
import { type Product, type Variant, variantTitle } from '@/lib/shop'
import { localMoment, momentOf } from '@/lib/staff'
import { useTexts } from '@/lib/text'
import { CheckField, SelectField, TextField } from '@/ui/fields'
import { FieldErrors, SideBySide, type Values } from '@/ui/form'
import { CustomValues, typedCustomValues } from './custom-values'
import { texts } from './texts'

/** A value of each option. */
export function OptionFields({
  product,
  chosen,
}: {
  product: Product
  chosen: Readonly<Record<string, string>>
}) {
  return product.options.map(({ name, values }) => (
    <SelectField
      key={name}
      name={`options/${name}`}
      label={name}
      defaultValue={chosen[name] ?? values[0]}
      choices={values.map((value) => ({ value, label: value }))}
    />
  ))
}

/** What can be changed of a variant. */
export function VariantFields({ product, variant }: { product: Product; variant: Variant }) {
  const t = useTexts(texts)
  return (
    <>
      <TextField
        name="title"
        label={t.variant_title}
        hint={t.variant_title_hint}
        optional
        maxLength={200}
        autoComplete="off"
        placeholder={variantTitle(product.options, { ...variant, title: null })}
        defaultValue={variant.title ?? ''}
      />
      <OptionFields product={product} chosen={variant.options} />
      <SideBySide>
        <TextField
          name="weight_g"
          label={t.weight}
          inputMode="numeric"
          autoComplete="off"
          defaultValue={String(variant.weight_g)}
        />
        <TextField
          name="backorder_max"
          label={t.backorder}
          inputMode="numeric"
          autoComplete="off"
          defaultValue={String(variant.backorder_max ?? 0)}
        />
      </SideBySide>
      <SideBySide>
        <TextField
          name="barcode"
          label={t.barcode}
          optional
          maxLength={64}
          autoComplete="off"
          defaultValue={variant.barcode ?? ''}
        />
        <TextField
          name="available_from"
          type="datetime-local"
          label={t.available_from}
          optional
          defaultValue={localMoment(variant.available_from)}
        />
      </SideBySide>
      <CustomValues subject="variant" values={variant.custom_fields} />
      <CheckField
        name="needs_shipping"
        label={t.needs_shipping}
        defaultChecked={variant.needs_shipping}
      />
      <CheckField
        name="tracks_stock"
        label={t.tracks_stock}
        defaultChecked={variant.tracks_stock}
      />
      <CheckField name="is_active" label={t.active} defaultChecked={variant.is_active} />
    </>
  )
}

type Words = ReturnType<typeof useTexts<(typeof texts)['en']>>

/** What was typed there, as the API takes it. */
export function typedVariant(values: Values, product: Product, t: Words): Schemas['VariantPatch'] {
  const flaws: Record<string, string> = {}
  const whole = (name: string) => {
    const text = values[name]?.trim() || '0'
    if (!/^\d{1,9}$/.test(text)) flaws[name] = t.whole_number
    return Number(text)
  }
  const patch: Schemas['VariantPatch'] = {
    title: values.title?.trim() || null,
    options: Object.fromEntries(
      product.options.map(({ name }) => [name, values[`options/${name}`] ?? '']),
    ),
    weight_g: whole('weight_g'),
    backorder_max: whole('backorder_max'),
    barcode: values.barcode?.trim() || null,
    available_from: momentOf(values.available_from) ?? null,
    needs_shipping: values.needs_shipping === 'on',
    tracks_stock: values.tracks_stock === 'on',
    is_active: values.is_active === 'on',
    custom_fields: typedCustomValues(values),
  }
  if (Object.keys(flaws).length > 0) throw new FieldErrors(flaws)
  return patch
}
