import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '@/api/client'
import { useProfile } from '@/lib/session'
import { useTexts } from '@/lib/text'
import { Submit } from '@/ui/confirm'
import { PasswordField } from '@/ui/fields'
import { Form, FormActions } from '@/ui/form'
import { Section } from '@/ui/page'
import { useToast } from '@/ui/toast'
import { texts } from './texts'

export function Password() {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  const { email } = useProfile()
  const [round, setRound] = useState(0)
  return (
    <Section title={t.change} lead={t.change_lead}>
      <Form
        onSubmit={async ({ current = '', new: next = '' }) => {
          await api.POST('/v1/identity/password', {
            body: { current: current.normalize('NFC'), new: next.normalize('NFC') },
          })
          // Empty fields again.
          setRound(round + 1)
          toast(t.changed)
          await client.invalidateQueries({ queryKey: ['security'] })
        }}
      >
        {/* Whoever keeps passwords for people wants to know whose it is. */}
        <input type="hidden" name="username" autoComplete="username" value={email} />
        <PasswordField
          key={`current-${round}`}
          name="current"
          label={t.current}
          autoComplete="current-password"
        />
        <PasswordField
          key={`new-${round}`}
          name="new"
          label={t.next}
          hint={t.next_hint}
          autoComplete="new-password"
        />
        <FormActions>
          <Submit>{t.change_action}</Submit>
          {/* Who came by an outside provider has none. */}
          <Link to="/forgot">{t.change_none}</Link>
        </FormActions>
      </Form>
    </Section>
  )
}
