import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '@/api/client'
import { takeLinkValues } from '@/lib/link-token'
import { useTexts } from '@/lib/text'
import { Submit } from '@/ui/confirm'
import { CodeField, TextField } from '@/ui/fields'
import { Form } from '@/ui/form'
import { Page, Section } from '@/ui/page'
import { useToast } from '@/ui/toast'
import { texts } from './texts'

/** Where the link of the first mail leads; without its token, the address and the code do. */
export default function VerifyPage() {
  const t = useTexts(texts)
  const toast = useToast()
  const navigate = useNavigate()
  const [{ token }] = useState(takeLinkValues)
  return (
    <Page title={t.verify_title} lead={token && t.verify_lead} narrow>
      <Section>
        <Form
          onSubmit={async ({ email, code }) => {
            const proof = token ? { token } : { email, code: code?.replace(/\s/g, '') }
            await api.POST('/v1/identity/email-verifications', { body: proof })
            toast(t.verified)
            await navigate({ to: '/sign-in' })
          }}
        >
          {!token && (
            <>
              <TextField name="email" label={t.email} type="email" autoComplete="email" />
              <CodeField name="code" label={t.code} digits={8} />
            </>
          )}
          <Submit wide>{t.verify_button}</Submit>
        </Form>
      </Section>
    </Page>
  )
}
