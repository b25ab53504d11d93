import { useState } from 'react'
import { slugOf } from '@/lib/slug'
import { defineTexts, useTexts } from '@/lib/text'
import { TextField } from '@/ui/fields'

const texts = defineTexts(
  {
    title: 'Name',
    handle: 'In the address',
    hint: 'Lower case letters, digits and hyphens. Links stop working when it changes.',
  },
  {
    title: 'Name',
    handle: 'In der Adresse',
    hint: 'Kleine Buchstaben, Ziffern und Bindestriche. Ändert es sich, gehen alte Links nicht mehr.',
  },
)

/** What something is called, and its name in addresses, which follows until it is typed. */
export function TitleAndHandle({
  title = '',
  handle = '',
  words,
}: {
  title?: string
  handle?: string
  /** Where the handle stands somewhere else than in addresses. */
  words?: { readonly label: string; readonly hint: string }
}) {
  const t = useTexts(texts)
  const [typed, setTyped] = useState(handle)
  const [isOwn, setOwn] = useState(handle !== '')
  return (
    <>
      <TextField
        name="title"
        label={t.title}
        maxLength={200}
        autoComplete="off"
        defaultValue={title}
        onChange={(event) => {
          if (!isOwn) setTyped(slugOf(event.target.value))
        }}
      />
      <TextField
        name="handle"
        label={words?.label ?? t.handle}
        hint={words?.hint ?? t.hint}
        maxLength={100}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value)
          setOwn(event.target.value !== '')
        }}
      />
    </>
  )
}
