import { useQuery } from '@tanstack/react-query'
import { categoriesQuery, type Product } from '@/lib/shop'
import { useLanguage, useTexts } from '@/lib/text'
import { CheckField, SelectField, TextAreaField, TextField } from '@/ui/fields'
import { SideBySide, type Values } from '@/ui/form'
import { TitleAndHandle } from '@/ui/shop/handle-fields'
import { CustomValues, typedCustomValues } from './custom-values'
import styles from './products.module.css'
import { texts } from './texts'
import { wordsOf } from './variants'

const STATUSES = ['draft', 'active', 'archived'] as const
type Status = (typeof STATUSES)[number]

/** What a product is, apart from its variants. */
export function BasicFields({ product }: { product?: Product }) {
  const t = useTexts(texts)
  // A new one isn't archived at once.
  const statuses = STATUSES.filter((it) => product || it !== 'archived')
  return (
    <>
      <TitleAndHandle title={product?.title} handle={product?.handle} />
      <TextAreaField
        name="description"
        label={t.description}
        hint={t.description_hint}
        optional
        rows={6}
        maxLength={50_000}
        defaultValue={product?.description ?? ''}
      />
      <SideBySide>
        <SelectField
          name="status"
          label={t.status}
          defaultValue={product?.status ?? 'active'}
          choices={statuses.map((value) => ({ value, label: t[value] }))}
        />
        <TextField
          name="vendor"
          label={t.vendor}
          optional
          maxLength={100}
          autoComplete="off"
          defaultValue={product?.vendor ?? ''}
        />
      </SideBySide>
      <TextField
        name="tags"
        label={t.tags}
        hint={t.tags_hint}
        optional
        autoComplete="off"
        defaultValue={product?.tags.join(', ') ?? ''}
      />
      <TextField
        name="tax_class"
        label={t.tax_class}
        hint={t.tax_class_hint}
        maxLength={100}
        autoComplete="off"
        defaultValue={product?.tax_class ?? 'standard'}
      />
      <CustomValues subject="product" values={product?.custom_fields ?? {}} />
      <CategoryFields chosen={product?.categories ?? []} />
    </>
  )
}

function CategoryFields({ chosen }: { chosen: readonly string[] }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const all = useQuery(categoriesQuery(language)).data
  if (!all) return null
  return (
    <fieldset>
      <legend className={styles.legend}>{t.in_categories}</legend>
      {all.length === 0 && <p className="muted">{t.no_categories}</p>}
      <div className={styles.checks}>
        {all.map(({ id, title }) => (
          <CheckField
            key={id}
            name={`categories/${id}`}
            label={title}
            defaultChecked={chosen.includes(id)}
          />
        ))}
      </div>
    </fieldset>
  )
}

/** What was typed there, as the API takes it. */
export function typedBasics(values: Values) {
  return {
    title: values.title?.trim() ?? '',
    handle: values.handle?.trim() ?? '',
    description: values.description ?? '',
    status: STATUSES.find((it): it is Status => it === values.status) ?? 'draft',
    vendor: values.vendor?.trim() || null,
    tags: wordsOf(values.tags ?? ''),
    tax_class: values.tax_class?.trim() || 'standard',
    categories: chosenCategories(values),
    custom_fields: typedCustomValues(values),
  }
}

export function chosenCategories(values: Values): string[] {
  return Object.keys(values).flatMap((name) => {
    const [, id] = /^categories\/(.+)$/.exec(name) ?? []
    return id ? [id] : []
  })
}
