import { useState } from 'react'
import type { CustomField } from '@/lib/staff-shop'
import { useTexts } from '@/lib/text'
import { CheckField, SelectField, TextField } from '@/ui/fields'
import { FieldErrors, type Values } from '@/ui/form'
import { TitleAndHandle } from '@/ui/shop/handle-fields'
import { texts } from './texts'

const KINDS = ['text', 'number', 'boolean', 'date', 'choice'] as const
const SUBJECTS = ['product', 'variant'] as const

/** What a field is; its name in files, of what it is and its kind never change. */
export function FieldFields({ field }: { field?: CustomField }) {
  const t = useTexts(texts)
  const [kind, setKind] = useState<string>(field?.kind ?? 'text')
  return (
    <>
      {field ? (
        <TextField name="title" label={t.field} maxLength={200} defaultValue={field.title} />
      ) : (
        <TitleAndHandle words={{ label: t.handle, hint: t.handle_hint }} />
      )}
      <TextField
        name="german"
        label={t.german}
        lang="de"
        optional
        maxLength={200}
        autoComplete="off"
        defaultValue={field?.translations?.de ?? ''}
      />
      {!field && (
        <>
          <SelectField
            name="subject"
            label={t.subject}
            choices={SUBJECTS.map((value) => ({ value, label: t[value] }))}
          />
          <SelectField
            name="kind"
            label={t.kind}
            value={kind}
            onChange={(event) => setKind(event.target.value)}
            choices={KINDS.map((value) => ({ value, label: t[value] }))}
          />
        </>
      )}
      {kind === 'choice' && (
        <TextField
          name="choices"
          label={t.choices}
          hint={t.choices_hint}
          autoComplete="off"
          defaultValue={field?.choices.join(', ') ?? ''}
        />
      )}
      <CheckField
        name="is_filterable"
        label={t.filterable}
        defaultChecked={field?.is_filterable ?? false}
      />
    </>
  )
}

/** What was typed there, as the API takes it. Other languages stay as they are. */
export function typedField(values: Values, needed: string, before?: CustomField) {
  const title = values.title?.trim() ?? ''
  if (title === '') throw new FieldErrors({ title: needed })
  const words = (values.choices ?? '').split(',').map((word) => word.trim())
  const choices = [...new Set(words.filter((word) => word !== ''))]
  if ('choices' in values && choices.length === 0) throw new FieldErrors({ choices: needed })
  const { de: _, ...others } = before?.translations ?? {}
  const german = values.german?.trim()
  return {
    title,
    translations: german ? { ...others, de: german } : others,
    is_filterable: values.is_filterable === 'on',
    ...('choices' in values && { choices }),
  }
}
