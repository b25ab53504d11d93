import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '@/api/client'
import { type Profile, profileQuery } from '@/lib/session'
import { useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { Dialog } from '@/ui/dialog'
import { CodeField, PasswordField, TextField } from '@/ui/fields'
import { Form } from '@/ui/form'
import { Notice } from '@/ui/notice'
import { Section } from '@/ui/page'
import { Badge } from '@/ui/shown'
import { useToast } from '@/ui/toast'
import styles from './page.module.css'
import { texts } from './texts'

/** The address, and the way to another: the password, then the code of a mail that goes there. */
export function EmailAddress({ profile }: { profile: Profile }) {
  const t = useTexts(texts)
  const [isOpen, setOpen] = useState(false)
  return (
    <Section title={t.email} lead={t.email_lead}>
      <div className={styles.line}>
        <p className={styles.email}>
          {profile.email}{' '}
          {profile.is_email_verified ? (
            <Badge tone="good">{t.verified}</Badge>
          ) : (
            <Badge tone="warning">{t.unverified}</Badge>
          )}
        </p>
        <Button look="secondary" small onClick={() => setOpen(true)}>
          {t.email_change}
        </Button>
      </div>
      <Dialog title={t.email_change} isOpen={isOpen} onClose={() => setOpen(false)}>
        <ChangeEmail onDone={() => setOpen(false)} />
      </Dialog>
    </Section>
  )
}

function ChangeEmail({ onDone }: { onDone: () => void }) {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  const [sentTo, setSentTo] = useState<string | null>(null)
  if (!sentTo) return <AskForEmail onSent={setSentTo} />
  return (
    <Form
      key="code"
      onSubmit={async ({ code = '' }) => {
        await api.POST('/v1/identity/email/confirm', { body: { code: code.replace(/\s/g, '') } })
        await client.invalidateQueries({ queryKey: profileQuery.queryKey })
        onDone()
        toast(t.email_done)
      }}
    >
      <Notice>{t.email_sent(sentTo)}</Notice>
      <CodeField name="code" label={t.email_code} digits={8} />
      <Submit>{t.email_confirm}</Submit>
    </Form>
  )
}

function AskForEmail({ onSent }: { onSent: (email: string) => void }) {
  const t = useTexts(texts)
  return (
    <Form
      onSubmit={async (values) => {
        const email = (values.email ?? '').trim()
        const password = (values.password ?? '').normalize('NFC')
        await api.POST('/v1/identity/email', { body: { email, password } })
        onSent(email)
      }}
    >
      <TextField
        name="email"
        label={t.email_new}
        hint={t.email_hint}
        type="email"
        autoComplete="email"
      />
      <PasswordField name="password" label={t.password} autoComplete="current-password" />
      <Submit>{t.email_send}</Submit>
    </Form>
  )
}
