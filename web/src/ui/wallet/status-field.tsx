import type { ComponentProps } from 'react'
import { defineTexts, useTexts } from '@/lib/text'
import type { Transfer } from '@/lib/wallet'
import { SelectField } from '@/ui/fields'

const texts = defineTexts(
  {
    status: 'Status',
    any: 'All',
    completed: 'Done at once',
    waiting: 'Waiting',
    invited: 'Invited',
    accepted: 'Accepted',
    declined: 'Declined',
    cancelled: 'Cancelled',
    expired: 'Expired',
  },
  {
    status: 'Status',
    any: 'Alle',
    completed: 'Sofort erledigt',
    waiting: 'Wartet',
    invited: 'Eingeladen',
    accepted: 'Angenommen',
    declined: 'Abgelehnt',
    cancelled: 'Zurückgezogen',
    expired: 'Abgelaufen',
  },
)

const STATUSES = [
  'completed',
  'waiting',
  'invited',
  'accepted',
  'declined',
  'cancelled',
  'expired',
] as const satisfies readonly Transfer['status'][]

/** What was written into an address, if it is a status. */
export function statusOf(text: string | undefined): Transfer['status'] | undefined {
  return STATUSES.find((status) => status === text)
}

type Props = Omit<ComponentProps<typeof SelectField>, 'name' | 'label' | 'choices'>

/** Narrows transfers to one status. The field is `status`. */
export function StatusField(props: Props) {
  const t = useTexts(texts)
  const choices = STATUSES.map((status) => ({ value: status as string, label: t[status] }))
  return (
    <SelectField
      {...props}
      name="status"
      label={t.status}
      choices={[{ value: '', label: t.any }, ...choices]}
    />
  )
}
