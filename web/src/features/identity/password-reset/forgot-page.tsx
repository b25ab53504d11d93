import { useState } from 'react'
import { api } from '@/api/client'
import { useTexts } from '@/lib/text'
import { Submit } from '@/ui/confirm'
import { TextField } from '@/ui/fields'
import { Form } from '@/ui/form'
import { Notice } from '@/ui/notice'
import { Page, Section } from '@/ui/page'
import { ResetForm } from './reset-form'
import { texts } from './texts'

export default function ForgotPage() {
  const t = useTexts(texts)
  const [email, setEmail] = useState<string | null>(null)
  return (
    <Page title={t.forgot_title} lead={email ? undefined : t.forgot_lead} narrow>
      {email ? (
        <>
          <Notice tone="good">{t.sent}</Notice>
          <ResetForm email={email} />
        </>
      ) : (
        <Section>
          <Form
            onSubmit={async (values) => {
              const address = (values.email ?? '').trim()
              await api.POST('/v1/identity/password-resets', { body: { email: address } })
              setEmail(address)
            }}
          >
            <TextField name="email" label={t.email} type="email" autoComplete="email" />
            <Submit wide>{t.send}</Submit>
          </Form>
        </Section>
      )}
    </Page>
  )
}
