import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '@/api/client'
import { useNext } from '@/lib/next'
import { useProviders } from '@/lib/sign-in-providers'
import { useLanguage, useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { CodeField, PasswordField, TextField } from '@/ui/fields'
import { Form, FormActions } from '@/ui/form'
import { Page, Section } from '@/ui/page'
import { ProviderButtons } from '@/ui/provider-buttons'
import { useToast } from '@/ui/toast'
import { texts } from './texts'

export default function SignUpPage() {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const next = useNext()
  const known = useSearch({ strict: false }) as { email?: string; name?: string }
  const areProvidersKnown = useProviders() !== undefined
  const [email, setEmail] = useState<string | null>(null)
  if (email) return <EnterCode email={email} />
  return (
    <Page title={t.title} lead={t.lead} narrow>
      <Section>
        <Form
          onSubmit={async (values) => {
            const address = (values.email ?? '').trim()
            await api.POST('/v1/identity/users', {
              body: {
                email: address,
                name: (values.name ?? '').trim(),
                handle: values.handle?.trim() || null,
                password: (values.password ?? '').normalize('NFC'),
                locale: language,
              },
            })
            setEmail(address)
          }}
        >
          <TextField
            name="name"
            label={t.name}
            hint={t.name_hint}
            autoComplete="name"
            defaultValue={known.name}
          />
          <TextField
            name="handle"
            label={t.handle}
            hint={t.handle_hint}
            optional
            autoComplete="nickname"
            autoCapitalize="off"
            spellCheck={false}
          />
          <TextField
            name="email"
            label={t.email}
            type="email"
            autoComplete="email"
            defaultValue={known.email}
          />
          <PasswordField
            name="password"
            label={t.password}
            hint={t.password_hint}
            autoComplete="new-password"
          />
          <Submit wide>{t.sign_up}</Submit>
        </Form>
        <ProviderButtons next={next} />
      </Section>
      {areProvidersKnown && (
        <p>
          {t.known}{' '}
          <Link to="/sign-in" search={{ next }}>
            {t.sign_in}
          </Link>
        </p>
      )}
    </Page>
  )
}

/** The mail has a link, too; whoever reads it on another device enters the code. */
function EnterCode({ email }: { email: string }) {
  const t = useTexts(texts)
  const toast = useToast()
  const navigate = useNavigate()
  const next = useNext()
  return (
    <Page title={t.sent_title} lead={t.sent_lead(email)} narrow>
      <Section>
        <Form
          onSubmit={async ({ code = '' }) => {
            await api.POST('/v1/identity/email-verifications', {
              body: { email, code: code.replace(/\s/g, '') },
            })
            toast(t.verified)
            await navigate({ to: '/sign-in', search: { next } })
          }}
        >
          <CodeField name="code" label={t.code} digits={8} />
          <FormActions>
            <Submit>{t.verify}</Submit>
            <Button
              look="quiet"
              onClick={() =>
                void api
                  .POST('/v1/identity/email-verifications/resend', { body: { email } })
                  .then(() => toast(t.resent))
              }
            >
              {t.resend}
            </Button>
          </FormActions>
        </Form>
      </Section>
    </Page>
  )
}
