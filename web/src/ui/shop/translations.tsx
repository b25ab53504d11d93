import { useState } from 'react'
import type { Schemas } from '@/api/client'
import { defineTexts, type Language, useLanguage, useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { SelectField, TextAreaField, TextField } from '@/ui/fields'
import styles from './translations.module.css'

type Translations = Readonly<Record<string, Schemas['Translation']>>

const texts = defineTexts(
  {
    title: 'Name',
    description: 'Description',
    add: 'In another language',
    choose: 'Choose a language',
    remove: (language: string) => `Remove ${language}`,
  },
  {
    title: 'Name',
    description: 'Beschreibung',
    add: 'In einer weiteren Sprache',
    choose: 'Sprache wählen',
    remove: (language: string) => `${language} entfernen`,
  },
)

/** Languages to choose from; what is there in another one stays. */
const OFFERED = ['de', 'en', 'fr', 'it', 'es', 'pt', 'nl', 'pl', 'cs', 'sk', 'hu', 'sl', 'hr']

function nameOf(code: string, language: Language): string {
  try {
    return new Intl.DisplayNames(language, { type: 'language' }).of(code) ?? code
  } catch {
    return code
  }
}

/** The texts of something in other languages than the shop's own, inside of a form. */
export function TranslationFields({ of: given }: { of: Translations | null | undefined }) {
  const of = given ?? {}
  const t = useTexts(texts)
  const { language } = useLanguage()
  const [codes, setCodes] = useState(() => Object.keys(of))
  const more = OFFERED.filter((code) => !codes.includes(code))
  return (
    <div className="stack">
      {codes.map((code) => (
        <fieldset key={code} className={styles.language}>
          <legend className={styles.name}>{nameOf(code, language)}</legend>
          <div className="stack">
            <TextField
              name={`translations/${code}/title`}
              label={t.title}
              lang={code}
              optional
              maxLength={200}
              defaultValue={of[code]?.title ?? ''}
            />
            <TextAreaField
              name={`translations/${code}/description`}
              label={t.description}
              lang={code}
              optional
              rows={4}
              defaultValue={of[code]?.description ?? ''}
            />
            <div>
              <Button
                look="quiet"
                small
                onClick={() => setCodes(codes.filter((other) => other !== code))}
              >
                {t.remove(nameOf(code, language))}
              </Button>
            </div>
          </div>
        </fieldset>
      ))}
      <SelectField
        name="add-language"
        label={t.add}
        optional
        value=""
        onChange={(event) => setCodes([...codes, event.target.value])}
        choices={[
          { value: '', label: t.choose },
          ...more.map((code) => ({ value: code, label: nameOf(code, language) })),
        ]}
      />
    </div>
  )
}

/** What was typed there; a language in which nothing is said is left out. */
export function typedTranslations(
  values: Readonly<Record<string, string>>,
): Record<string, Schemas['Translation']> {
  const typed: Record<string, Schemas['Translation']> = {}
  for (const [name, value] of Object.entries(values)) {
    const [, code, part] = /^translations\/([^/]+)\/(title|description)$/.exec(name) ?? []
    const text = value.trim()
    if (!code || !part || text === '') continue
    typed[code] = { ...typed[code], [part]: text }
  }
  return typed
}
