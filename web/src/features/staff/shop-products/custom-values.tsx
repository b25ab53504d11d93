import { useQuery } from '@tanstack/react-query'
import type { Schemas } from '@/api/client'
import { type CustomField, writtenFieldsQuery } from '@/lib/staff-shop'
import { useTexts } from '@/lib/text'
import { SelectField, TextField } from '@/ui/fields'
import type { Values } from '@/ui/form'
import { texts } from './texts'

type FieldValues = Readonly<Record<string, string>>

const PREFIX = 'custom_fields/'

/** The values of the shop's own fields. */
export function CustomValues({
  subject,
  values,
}: {
  subject: CustomField['subject']
  values: FieldValues
}) {
  const all = useQuery(writtenFieldsQuery).data ?? []
  return all
    .filter((field) => field.subject === subject)
    .map((field) => <Value key={field.id} field={field} value={values[field.handle] ?? ''} />)
}

function Value({ field, value }: { field: CustomField; value: string }) {
  const t = useTexts(texts)
  const { kind, title, handle, choices } = field
  const common = { name: `${PREFIX}${handle}`, label: title, optional: true, defaultValue: value }
  const none = { value: '', label: t.no_value }
  if (kind === 'choice') {
    // What was once a choice stays one until another is taken.
    const offered = value === '' || choices.includes(value) ? choices : [value, ...choices]
    const named = offered.map((it) => ({ value: it, label: it }))
    return <SelectField {...common} choices={[none, ...named]} />
  }
  if (kind === 'boolean') {
    const named = [
      { value: 'true', label: t.yes },
      { value: 'false', label: t.no },
    ]
    return <SelectField {...common} choices={[none, ...named]} />
  }
  return (
    <TextField
      {...common}
      type={kind === 'date' ? 'date' : 'text'}
      hint={kind === 'number' ? t.number_hint : undefined}
      inputMode={kind === 'number' ? 'decimal' : undefined}
      maxLength={kind === 'date' ? undefined : 500}
      autoComplete="off"
    />
  )
}

/** What was typed there; what is empty goes. */
export function typedCustomValues(values: Values): Schemas['ProductPatch']['custom_fields'] {
  const typed = Object.entries(values).flatMap(([name, value]) => {
    if (!name.startsWith(PREFIX)) return []
    const text = value.trim()
    return [[name.slice(PREFIX.length), text === '' ? null : text] as const]
  })
  // The document knows no null there, which takes a value away.
  return Object.fromEntries(typed) as Record<string, string>
}
