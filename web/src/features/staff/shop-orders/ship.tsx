import { useQuery } from '@tanstack/react-query'
import { api, body, type Schemas } from '@/api/client'
import { useIdempotencyKey } from '@/lib/idempotency'
import { usePermissions } from '@/lib/session'
import { fullTitle, type Order } from '@/lib/shop'
import { locationsQuery } from '@/lib/staff-shop'
import { useTexts } from '@/lib/text'
import { Confirm } from '@/ui/confirm'
import { SelectField, TextField } from '@/ui/fields'
import { FieldErrors, SideBySide, type Values } from '@/ui/form'
import { useToast } from '@/ui/toast'
import { useOrderReread } from './order'
import styles from './order.module.css'
import { texts } from './texts'

const SENDABLE: readonly string[] = ['paid', 'partly_shipped']

/** Sends pieces of an order, all that is open unless told. */
export function ShipOrder({ order }: { order: Order }) {
  const t = useTexts(texts)
  const toast = useToast()
  const key = useIdempotencyKey()
  const reread = useOrderReread()
  const open = order.lines.filter((line) => line.open > 0)
  if (!SENDABLE.includes(order.status) || open.length === 0) return null
  const ship = async (values: Values) => {
    const lines = linesOf(values, open, t)
    const shipment: Schemas['CreateShipment'] = {
      lines,
      location: values.location || null,
      carrier: values.carrier?.trim() || null,
      tracking: values.tracking?.trim() || null,
      url: values.url?.trim() || null,
    }
    await key.send(shipment, (header) =>
      body(
        api.POST('/v1/shop/orders/{id}/shipments', {
          params: { path: { id: order.id }, header },
          body: shipment,
        }),
      ),
    )
    toast(t.shipped)
    await reread(order.id)
  }
  return (
    <Confirm label={t.ship} look="primary" title={t.ship_title} action={t.ship_do} onConfirm={ship}>
      <p className="muted">{t.ship_lead}</p>
      {open.map((line) => (
        <TextField
          key={line.id}
          name={line.id}
          label={fullTitle(line)}
          inputMode="numeric"
          autoComplete="off"
          defaultValue={String(line.open)}
          end={<span className={styles.of}>{t.of_open(line.open)}</span>}
        />
      ))}
      <From label={t.ship_from} anywhere={t.ship_anywhere} />
      <SideBySide>
        <TextField name="carrier" label={t.carrier} optional maxLength={200} />
        <TextField name="tracking" label={t.tracking} optional maxLength={200} autoComplete="off" />
      </SideBySide>
      <TextField
        name="url"
        label={t.url}
        optional
        type="url"
        placeholder="https://"
        maxLength={500}
      />
    </Confirm>
  )
}

/** A place with stock, where there are several. Only those who may look at stock know them. */
export function From({ label, anywhere }: { label: string; anywhere?: string }) {
  const mayKnow = usePermissions().has('stock.read')
  const { data = [] } = useQuery({ ...locationsQuery, enabled: mayKnow })
  const active = data.filter((location) => location.is_active)
  if (active.length < 2) return null
  const places = active.map(({ handle, title }) => ({ value: handle, label: title }))
  return (
    <SelectField
      name="location"
      label={label}
      choices={anywhere ? [{ value: '', label: anywhere }, ...places] : places}
    />
  )
}

type Line = Order['lines'][number]
type Words = ReturnType<typeof useTexts<(typeof texts)['en']>>

function linesOf(values: Values, open: readonly Line[], t: Words): Schemas['ShipLine'][] {
  const flaws: Record<string, string> = {}
  const lines = open.flatMap((line) => {
    const text = values[line.id]?.trim() || '0'
    if (!/^\d{1,7}$/.test(text)) flaws[line.id] = t.whole_number
    const quantity = Number(text)
    if (quantity > line.open) flaws[line.id] = t.too_many(line.open)
    return quantity > 0 ? [{ line: line.id, quantity }] : []
  })
  const first = open[0]
  if (lines.length === 0 && first) flaws[first.id] ??= t.ship_nothing
  if (Object.keys(flaws).length > 0) throw new FieldErrors(flaws)
  return lines
}
