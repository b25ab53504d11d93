import { useQuery } from '@tanstack/react-query'
import type { Schemas } from '@/api/client'
import { categoriesQuery } from '@/lib/shop'
import { useLanguage, useTexts } from '@/lib/text'
import { CheckField, TextField } from '@/ui/fields'
import { FieldErrors, type Values } from '@/ui/form'
import styles from './collections.module.css'
import { texts } from './texts'

type Rules = Schemas['CollectionRules']

/** What the products of a collection have in common. */
export function RuleFields({ rules }: { rules?: Rules | null }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const categories = useQuery(categoriesQuery(language)).data ?? []
  return (
    <>
      <TextField
        name="tags"
        label={t.tags}
        hint={t.tags_hint}
        optional
        autoComplete="off"
        defaultValue={rules?.tags?.join(', ') ?? ''}
      />
      <TextField
        name="vendors"
        label={t.vendors}
        hint={t.tags_hint}
        optional
        autoComplete="off"
        defaultValue={rules?.vendors?.join(', ') ?? ''}
      />
      {categories.length > 0 && (
        <fieldset>
          <legend className={styles.legend}>{t.categories}</legend>
          <div className={styles.checks}>
            {categories.map(({ id, title }) => (
              <CheckField
                key={id}
                name={`categories/${id}`}
                label={title}
                defaultChecked={rules?.categories?.includes(id)}
              />
            ))}
          </div>
        </fieldset>
      )}
    </>
  )
}

/** The rules that were typed; `price` rules, which only programs set, stay. */
export function typedRules(values: Values, missing: string, before?: Rules | null): Rules {
  const words = (name: string) =>
    (values[name] ?? '')
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '')
  const categories = Object.keys(values).flatMap((name) => {
    const [, id] = /^categories\/(.+)$/.exec(name) ?? []
    return id ? [id] : []
  })
  const rules = { tags: words('tags'), vendors: words('vendors'), categories }
  const isEmpty = Object.values(rules).every((list) => list.length === 0)
  if (isEmpty && !before?.price) throw new FieldErrors({ tags: missing })
  return { ...rules, ...(before?.price && { price: before.price }) }
}
