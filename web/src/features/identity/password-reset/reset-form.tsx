import { useNavigate } from '@tanstack/react-router'
import { api } from '@/api/client'
import { useTexts } from '@/lib/text'
import { Submit } from '@/ui/confirm'
import { CodeField, PasswordField, TextField } from '@/ui/fields'
import { Form } from '@/ui/form'
import { Section } from '@/ui/page'
import { useToast } from '@/ui/toast'
import { texts } from './texts'

/** Proven by the mail's link, or by the address and the mail's code. */
export function ResetForm({ token, email }: { token?: string; email?: string }) {
  const t = useTexts(texts)
  const toast = useToast()
  const navigate = useNavigate()
  return (
    <Section>
      <Form
        onSubmit={async (values) => {
          const compact = (name: string) => values[name]?.replace(/\s/g, '') || null
          await api.POST('/v1/identity/password-resets/confirm', {
            body: {
              password: (values.password ?? '').normalize('NFC'),
              totp: compact('totp'),
              recovery_code: compact('recovery_code'),
              ...(token ? { token } : { email: email ?? values.email, code: compact('code') }),
            },
          })
          toast(t.done)
          await navigate({ to: '/sign-in' })
        }}
      >
        {!token && !email && <TextField name="email" label={t.email} type="email" />}
        {!token && <CodeField name="code" label={t.code} digits={8} />}
        <PasswordField
          name="password"
          label={t.password}
          hint={t.password_hint}
          autoComplete="new-password"
        />
        <CodeField name="totp" label={t.totp} hint={t.totp_hint} digits={6} optional />
        <CodeField name="recovery_code" label={t.recovery} optional />
        <Submit wide>{t.set}</Submit>
      </Form>
    </Section>
  )
}
