import { type ReactNode, useEffect, useRef } from 'react'
import type { Filters as Values } from '@/lib/filters'
import { defineTexts, useTexts } from '@/lib/text'
import { Button } from './button'
import { Submit } from './confirm'
import { Form, FormActions, SideBySide } from './form'

const texts = defineTexts(
  { filter: 'Filter', clear: 'Clear' },
  { filter: 'Filtern', clear: 'Zurücksetzen' },
)

type FiltersProps = {
  label: string
  /** What is in the address, by the fields' names. */
  values: Values
  onChange: (values: Readonly<Record<string, string>>) => void
  /** What the button says, if it does something else than narrowing a list. */
  action?: string
  children: ReactNode
}

/** The fields by which a list is narrowed. Choices hold at once, texts when they are sent. */
export function Filters({ label, values, onChange, action, children }: FiltersProps) {
  const t = useTexts(texts)
  const around = useRef<HTMLDivElement>(null)
  const shown = JSON.stringify(values)
  // The address is what counts: somebody may go back, or follow a link.
  useEffect(() => {
    const current = JSON.parse(shown) as Values
    for (const field of around.current?.querySelector('form')?.elements ?? []) {
      const isField = field instanceof HTMLInputElement || field instanceof HTMLSelectElement
      if (isField) field.value = current[field.name] ?? ''
    }
  }, [shown])
  return (
    <search
      ref={around}
      onChange={(event) => {
        if (event.target instanceof HTMLSelectElement) event.target.form?.requestSubmit()
      }}
    >
      <Form label={label} onSubmit={onChange}>
        <SideBySide>
          {children}
          <FormActions>
            <Submit look="secondary">{action ?? t.filter}</Submit>
            {shown !== '{}' && (
              <Button look="quiet" onClick={() => onChange({})}>
                {t.clear}
              </Button>
            )}
          </FormActions>
        </SideBySide>
      </Form>
    </search>
  )
}
