import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, body } from '@/api/client'
import { useIdempotencyKey } from '@/lib/idempotency'
import { usePermissions } from '@/lib/session'
import { type Product, type Variant, variantName, variantTitle } from '@/lib/shop'
import { offeredProductQuery, type Versioned } from '@/lib/staff-shop'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { TextField } from '@/ui/fields'
import { FieldErrors, type Values } from '@/ui/form'
import { Records } from '@/ui/records'
import { Availability } from '@/ui/shop/availability'
import { Lowest, Price } from '@/ui/shop/price'
import { Badge } from '@/ui/shown'
import { useProductChange } from './change'
import { Prices } from './prices'
import { texts } from './texts'
import { OptionFields, typedVariant, VariantFields } from './variant-fields'

type Of = { product: Versioned<Product> }

/** What is sold of a product. */
export function Variants({ product }: Of) {
  const t = useTexts(texts)
  const maySeeStock = usePermissions().has('stock.read')
  const { variants, options, id, status } = product.data
  const shown = useQuery({ ...offeredProductQuery(id), enabled: status === 'active' }).data
  const offered = (of: Variant) => shown?.variants.find((it) => it.id === of.id)
  return (
    <>
      <Records
        label={t.variants}
        items={variants}
        keyOf={({ id }) => id}
        columns={[
          {
            name: t.variant,
            cell: (variant) => <Name options={options} variant={variant} linked={maySeeStock} />,
          },
          {
            name: t.availability,
            cell: ({ is_active, availability }) =>
              is_active ? <Availability is={availability} /> : <Badge>{t.retired}</Badge>,
          },
          {
            name: t.price,
            cell: (variant) => <ShownPrices variant={variant} offered={offered(variant)} />,
          },
          {
            name: t.edit,
            isAction: true,
            cell: (variant) => (
              <div className="row">
                <Prices product={product} variant={variant} />
                <Edit product={product} variant={variant} />
              </div>
            ),
          },
        ]}
      />
      {options.length > 0 && (
        <div>
          <AddVariant product={product} />
        </div>
      )}
    </>
  )
}

type NameProps = { options: Product['options']; variant: Variant; linked: boolean }

function Name({ options, variant, linked }: NameProps) {
  const { sku } = variant
  const title = variantTitle(options, variant)
  return (
    <>
      {linked ? (
        <Link to="/staff/shop/stock/$sku" params={{ sku }}>
          {sku}
        </Link>
      ) : (
        sku
      )}
      {title && <div className="muted">{title}</div>}
    </>
  )
}

/** What is written, and what buyers are shown where that is something else. */
function ShownPrices({ variant, offered }: { variant: Variant; offered: Variant | undefined }) {
  const t = useTexts(texts)
  if (variant.prices.length === 0) return <span className="muted">{t.no_price}</span>
  return variant.prices.map(({ currency, amount }) => {
    const shown = offered?.prices.find((it) => it.currency === currency)
    return (
      <div key={currency}>
        <Price amount={amount} currency={currency} />
        {shown && shown.amount !== amount && (
          <div>
            {t.buyers_pay} <Price amount={shown.amount} currency={currency} />
          </div>
        )}
        {shown?.lowest_30_days && <Lowest amount={shown.lowest_30_days} currency={currency} />}
      </div>
    )
  })
}

function Edit({ product, variant }: Of & { variant: Variant }) {
  const t = useTexts(texts)
  const change = useProductChange(product)
  const path = { id: product.data.id, variant: variant.id }
  const save = (values: Values) => {
    const patch = typedVariant(values, product.data, t)
    return change(
      (header) =>
        body(
          api.PATCH('/v1/shop/products/{id}/variants/{variant}', {
            params: { path, header },
            body: patch,
          }),
        ),
      t.saved,
    )
  }
  return (
    <Confirm
      label={t.edit}
      title={t.edit_it(variantName(product.data.options, variant))}
      action={t.save}
      onConfirm={save}
    >
      <VariantFields product={product.data} variant={variant} />
    </Confirm>
  )
}

/** Another combination of the options' values. */
function AddVariant({ product }: Of) {
  const t = useTexts(texts)
  const key = useIdempotencyKey()
  const change = useProductChange(product)
  const { id } = product.data
  const add = async (values: Values) => {
    const sku = values.sku?.trim() ?? ''
    if (sku === '') throw new FieldErrors({ sku: t.needed })
    const { options = {} } = typedVariant(values, product.data, t)
    const variant = { sku, options: options ?? {} }
    await change(
      () =>
        key.send(variant, (header) =>
          body(
            api.POST('/v1/shop/products/{id}/variants', {
              params: { path: { id }, header },
              body: variant,
            }),
          ),
        ),
      t.variant_added,
    )
  }
  return (
    <Confirm label={t.add_variant} title={t.add_variant} action={t.add_variant} onConfirm={add}>
      <OptionFields product={product.data} chosen={{}} />
      <TextField
        name="sku"
        label={t.sku}
        hint={t.sku_hint}
        maxLength={64}
        autoComplete="off"
        spellCheck={false}
      />
    </Confirm>
  )
}
