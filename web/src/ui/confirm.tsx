import { type ReactNode, useState } from 'react'
import { defineTexts, useTexts } from '@/lib/text'
import { Button } from './button'
import { Dialog } from './dialog'
import { Form, FormActions, useFormState, type Values } from './form'

const texts = defineTexts({ cancel: 'Cancel' }, { cancel: 'Abbrechen' })

type ConfirmProps = {
  /** The button that opens the question. */
  label: ReactNode
  title: string
  /** What will happen, and the fields that it needs. */
  children?: ReactNode
  /** The button that does it, such as "Delete". */
  action: string
  onConfirm: (values: Values) => Promise<unknown>
  look?: 'primary' | 'secondary' | 'quiet' | 'danger'
  isDanger?: boolean
  /** As of `Form`. */
  aliases?: Readonly<Record<string, string>>
}

/** A button that asks before it does something. */
export function Confirm({ label, title, children, action, onConfirm, ...rest }: ConfirmProps) {
  const [isOpen, setOpen] = useState(false)
  const close = () => setOpen(false)
  return (
    <>
      <Button look={rest.look ?? 'secondary'} small onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Dialog title={title} isOpen={isOpen} onClose={close}>
        <Form
          aliases={rest.aliases}
          onSubmit={async (values) => {
            await onConfirm(values)
            close()
            keepFocus()
          }}
        >
          {children}
          <FormActions>
            <Submit look={rest.isDanger ? 'danger' : 'primary'}>{action}</Submit>
            <Button look="quiet" onClick={close}>
              {useTexts(texts).cancel}
            </Button>
          </FormActions>
        </Form>
      </Dialog>
    </>
  )
}

/** The focus goes back to the button; where that is gone by now, the page goes on from its top. */
function keepFocus() {
  setTimeout(() => {
    if (document.activeElement === document.body) document.getElementById('main')?.focus()
  }, 100)
}

/** The button that sends the form around it. */
export function Submit({
  children,
  look = 'primary',
  wide,
}: {
  children: ReactNode
  look?: 'primary' | 'secondary' | 'danger'
  wide?: boolean
}) {
  const { busy } = useFormState()
  return (
    <Button type="submit" look={look} busy={busy} wide={wide}>
      {children}
    </Button>
  )
}
