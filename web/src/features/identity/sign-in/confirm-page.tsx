import { useState } from 'react'
import { api } from '@/api/client'
import { takeLinkValues } from '@/lib/link-token'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { Form } from '@/ui/form'
import { Notice } from '@/ui/notice'
import { Page, Section } from '@/ui/page'
import { useGoOn } from './page'
import { texts } from './texts'

/** Where the links of two mails lead: a sign-in to confirm, or a new e-mail address. */
export default function ConfirmPage() {
  const t = useTexts(texts)
  const [{ token, sign_in: signIn }] = useState(takeLinkValues)
  if (!token) {
    return (
      <Page title={t.link_title} narrow>
        <Notice tone="warning">{t.link_incomplete}</Notice>
      </Page>
    )
  }
  return signIn ? <ConfirmSignInLink id={signIn} token={token} /> : <ConfirmEmail token={token} />
}

function ConfirmSignInLink({ id, token }: { id: string; token: string }) {
  const t = useTexts(texts)
  const goOn = useGoOn()
  return (
    <Page title={t.link_title} lead={t.link_lead} narrow>
      <Section>
        <Form
          onSubmit={async () => {
            await api.POST('/v1/identity/sign-ins/{id}/confirm', {
              params: { path: { id } },
              body: { token },
            })
            await goOn()
          }}
        >
          <Submit wide>{t.link_confirm}</Submit>
        </Form>
      </Section>
    </Page>
  )
}

function ConfirmEmail({ token }: { token: string }) {
  const t = useTexts(texts)
  const [isDone, setDone] = useState(false)
  return (
    <Page title={t.email_title} lead={isDone ? undefined : t.email_lead} narrow>
      {isDone ? (
        <Notice tone="good">
          {t.email_done} <ButtonLink to="/">OK</ButtonLink>
        </Notice>
      ) : (
        <Section>
          <Form
            onSubmit={async () => {
              await api.POST('/v1/identity/email/confirm', { body: { token } })
              setDone(true)
            }}
          >
            <Submit wide>{t.email_confirm}</Submit>
          </Form>
        </Section>
      )}
    </Page>
  )
}
