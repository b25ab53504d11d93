import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Confirm, Submit } from '@/ui/confirm'
import { Copyable } from '@/ui/copyable'
import { Dialog } from '@/ui/dialog'
import { CodeField, PasswordField } from '@/ui/fields'
import { Form } from '@/ui/form'
import { Section } from '@/ui/page'
import { QrCode } from '@/ui/qr-code'
import { Badge } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { CodesOnce } from './codes-once'
import styles from './page.module.css'
import { useSecondFactor } from './second-factor'
import { texts } from './texts'

/** The second factor: on or off. */
export function AuthenticatorApp() {
  const t = useTexts(texts)
  const query = useSecondFactor()
  const client = useQueryClient()
  const [isOpen, setOpen] = useState(false)
  const close = () => {
    setOpen(false)
    void client.invalidateQueries({ queryKey: ['security'] })
  }
  return (
    <Section title={t.totp} lead={t.totp_lead}>
      <Loaded query={query} lines={1}>
        {({ created_at }) => (
          <div className={styles.line}>
            <Badge tone={created_at ? 'good' : 'neutral'}>
              {created_at ? t.totp_on : t.totp_off}
            </Badge>
            {created_at ? (
              <RemoveApp />
            ) : (
              <Button look="secondary" small onClick={() => setOpen(true)}>
                {t.totp_set_up}
              </Button>
            )}
          </div>
        )}
      </Loaded>
      {/* Out here it stays open when an event says that the app is on: its codes are shown once. */}
      <Dialog title={t.totp_set_up} isOpen={isOpen} onClose={close}>
        <Steps onDone={close} />
      </Dialog>
    </Section>
  )
}

/** The password, the app with its first code, the codes for when it is lost. */
function Steps({ onDone }: { onDone: () => void }) {
  const t = useTexts(texts)
  const [started, setStarted] = useState<Schemas['StartedTotp'] | null>(null)
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  if (codes) return <CodesOnce codes={codes} lead={t.totp_done} onDone={onDone} />
  if (started) return <FirstCode started={started} onConfirmed={setCodes} />
  return (
    <Form
      onSubmit={async ({ password = '' }) => {
        const given = { password: password.normalize('NFC') }
        setStarted(await body(api.POST('/v1/identity/totp', { body: given })))
      }}
    >
      <p>{t.totp_begin_text}</p>
      <PasswordField name="password" label={t.password} autoComplete="current-password" />
      <Submit>{t.totp_begin}</Submit>
    </Form>
  )
}

function FirstCode({
  started,
  onConfirmed,
}: {
  started: Schemas['StartedTotp']
  onConfirmed: (codes: readonly string[]) => void
}) {
  const t = useTexts(texts)
  return (
    <Form
      key="code"
      onSubmit={async ({ code = '' }) => {
        const given = { code: code.replace(/\s/g, '') }
        const confirmed = await body(api.POST('/v1/identity/totp/confirm', { body: given }))
        onConfirmed(confirmed.recovery_codes)
      }}
    >
      <p>{t.totp_scan}</p>
      <QrCode text={started.otpauth_url} label={t.totp_qr} />
      <Copyable text={started.secret} label={t.totp_key} />
      <CodeField name="code" label={t.totp_code} digits={6} />
      <Submit>{t.totp_confirm}</Submit>
    </Form>
  )
}

function RemoveApp() {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  return (
    <Confirm
      label={t.totp_remove}
      title={t.totp_remove_title}
      action={t.remove}
      isDanger
      onConfirm={async ({ password = '', code = '' }) => {
        const proof = code.replace(/\s/g, '')
        // Six digits are the app's; everything else is a code for when it is lost.
        const kind = /^\d{6}$/.test(proof) ? { code: proof } : { recovery_code: proof }
        await api.DELETE('/v1/identity/totp', {
          body: { password: password.normalize('NFC'), ...(proof ? kind : {}) },
        })
        await client.invalidateQueries({ queryKey: ['security'] })
        toast(t.totp_removed)
      }}
    >
      <p>{t.totp_remove_text}</p>
      <PasswordField name="password" label={t.password} autoComplete="current-password" />
      <CodeField name="code" label={t.totp_remove_code} />
    </Confirm>
  )
}
