import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, body } from '@/api/client'
import { useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { Dialog } from '@/ui/dialog'
import { PasswordField } from '@/ui/fields'
import { Form } from '@/ui/form'
import { Section } from '@/ui/page'
import { When } from '@/ui/shown'
import { CodesOnce } from './codes-once'
import styles from './page.module.css'
import { useSecondFactor } from './second-factor'
import { texts } from './texts'

/** Only whoever has an authenticator app has recovery codes. */
export function RecoveryCodes() {
  const t = useTexts(texts)
  const { data } = useSecondFactor()
  if (!data?.created_at) return null
  return (
    <Section title={t.recovery} lead={t.recovery_lead}>
      <div className={styles.line}>
        <p>
          {t.recovery_left(data.remaining)}{' '}
          <span className="muted">
            {t.recovery_made} <When at={data.created_at} style="relative" />
          </span>
        </p>
        <NewCodes />
      </div>
    </Section>
  )
}

function NewCodes() {
  const t = useTexts(texts)
  const client = useQueryClient()
  const [isOpen, setOpen] = useState(false)
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const close = () => {
    setOpen(false)
    setCodes(null)
  }
  return (
    <>
      <Button look="secondary" small onClick={() => setOpen(true)}>
        {t.recovery_new}
      </Button>
      <Dialog title={t.recovery} isOpen={isOpen} onClose={close}>
        {codes ? (
          <CodesOnce codes={codes} onDone={close} />
        ) : (
          <Form
            onSubmit={async ({ password = '' }) => {
              const given = { password: password.normalize('NFC') }
              const made = await body(api.POST('/v1/identity/recovery-codes', { body: given }))
              setCodes(made.codes)
              await client.invalidateQueries({ queryKey: ['security'] })
            }}
          >
            <p>{t.recovery_new_text}</p>
            <PasswordField name="password" label={t.password} autoComplete="current-password" />
            <Submit>{t.recovery_new}</Submit>
          </Form>
        )}
      </Dialog>
    </>
  )
}
