import { api, body, type Schemas } from '@/api/client'
import type { Product } from '@/lib/shop'
import type { Versioned } from '@/lib/staff-shop'
import { useTexts } from '@/lib/text'
import { Submit } from '@/ui/confirm'
import { TextField } from '@/ui/fields'
import { FieldErrors, Form, FormActions, type Values } from '@/ui/form'
import { Section } from '@/ui/page'
import { useProductChange } from './change'
import { texts } from './texts'
import { wordsOf } from './variants'

/** The values of each option: more of them make room for more variants. */
export function Options({ product }: { product: Versioned<Product> }) {
  const t = useTexts(texts)
  const change = useProductChange(product)
  const { id, options } = product.data
  if (options.length === 0) return null
  const save = (values: Values) => {
    const next = options.map(({ name }, index) => {
      const words = wordsOf(values[`options/${index}/values`] ?? '')
      if (words.length === 0) {
        throw new FieldErrors({ [`options/${index}/values`]: t.values_needed })
      }
      return { name, values: words }
    })
    const patch = { options: next } as Schemas['ProductPatch']
    return change(
      (header) =>
        body(
          api.PATCH('/v1/shop/products/{id}', {
            params: { path: { id }, header },
            body: patch,
          }),
        ),
      t.saved,
    )
  }
  return (
    <Section title={t.options}>
      <Form label={t.options} onSubmit={save}>
        {options.map(({ name, values }, index) => (
          <TextField
            key={name}
            name={`options/${index}/values`}
            label={name}
            hint={t.option_values_hint}
            autoComplete="off"
            defaultValue={values.join(', ')}
          />
        ))}
        <FormActions>
          <Submit look="secondary">{t.save}</Submit>
        </FormActions>
      </Form>
    </Section>
  )
}
