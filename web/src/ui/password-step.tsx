import { type ReactNode, useState } from 'react'
import { hasCode } from '@/lib/problem'
import { defineTexts, useTexts } from '@/lib/text'
import { Submit } from './confirm'
import { Dialog } from './dialog'
import { PasswordField } from './fields'
import { Form } from './form'

const texts = defineTexts(
  {
    title: 'Is it you?',
    lead: 'You signed in a while ago. Enter your password once more to go on.',
    password: 'Your password',
    go_on: 'Go on',
  },
  {
    title: 'Bist du das?',
    lead: 'Deine Anmeldung ist schon eine Weile her. Gib zum Weitermachen dein Passwort noch einmal ein.',
    password: 'Dein Passwort',
    go_on: 'Weiter',
  },
)

type Call<T> = (password?: string) => Promise<T>
type Waiting = { call: Call<unknown>; resolve: (value: never) => void; reject: () => void }

/**
 * For calls that an old session may make only with the password: `run` makes the call, and if the
 * server wants the password, asks for it and makes the call again. Whoever closes the question has
 * changed their mind, which `isCancelled` tells. The dialog stands outside of other forms.
 */
export function usePasswordStep() {
  const [waiting, setWaiting] = useState<Waiting | null>(null)

  async function run<T>(call: Call<T>): Promise<T> {
    try {
      return await call()
    } catch (error) {
      if (!hasCode(error, 'identity.password.required')) throw error
    }
    return new Promise<T>((resolve, reject) => {
      const cancelled = new DOMException('the question was closed', 'AbortError')
      setWaiting({ call, resolve, reject: () => reject(cancelled) })
    })
  }

  const close = () => {
    waiting?.reject()
    setWaiting(null)
  }
  const dialog = <PasswordStep waiting={waiting} onClose={close} onDone={() => setWaiting(null)} />
  return { run, dialog }
}

function PasswordStep({
  waiting,
  onClose,
  onDone,
}: {
  waiting: Waiting | null
  onClose: () => void
  onDone: () => void
}): ReactNode {
  const t = useTexts(texts)
  return (
    <Dialog title={t.title} isOpen={waiting !== null} onClose={onClose}>
      <Form
        onSubmit={async ({ password = '' }) => {
          const value = await waiting?.call(password.normalize('NFC'))
          waiting?.resolve(value as never)
          onDone()
        }}
      >
        <p>{t.lead}</p>
        <PasswordField name="password" label={t.password} autoComplete="current-password" />
        <Submit>{t.go_on}</Submit>
      </Form>
    </Dialog>
  )
}
