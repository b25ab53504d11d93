import { useNavigate } from '@tanstack/react-router'
import { Download } from 'lucide-react'
import { useState } from 'react'
import { api, body } from '@/api/client'
import { download } from '@/lib/download'
import { useProfile, useSessionChange } from '@/lib/session'
import { useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Confirm } from '@/ui/confirm'
import { CodeField, PasswordField } from '@/ui/fields'
import { Section } from '@/ui/page'
import { Failed } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { texts } from './texts'

/** All that is kept, to take along. */
export function OwnData() {
  const t = useTexts(texts)
  const profile = useProfile()
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const fetchAll = async () => {
    setBusy(true)
    setError(null)
    try {
      const all = await body(api.GET('/v1/identity/profile/export'))
      const name = `bushel-${profile.handle ?? 'data'}.json`
      download(name, 'application/json', JSON.stringify(all, null, 2))
    } catch (failure) {
      setError(failure)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Section
      title={t.data}
      lead={t.data_lead}
      actions={
        <Button look="secondary" small busy={isBusy} onClick={() => void fetchAll()}>
          <Download size={18} aria-hidden="true" /> {t.download}
        </Button>
      }
    >
      {error !== null && <Failed error={error} />}
    </Section>
  )
}

/** The end of an account, which the server refuses as long as something is held. */
export function Leaving() {
  const t = useTexts(texts)
  const toast = useToast()
  const navigate = useNavigate()
  const changed = useSessionChange()
  return (
    <Section
      title={t.leave}
      lead={t.leave_lead}
      actions={
        <Confirm
          label={t.delete}
          title={t.delete_title}
          action={t.delete_action}
          isDanger
          onConfirm={async ({ password = '', totp = '' }) => {
            await api.DELETE('/v1/identity/profile', {
              body: { password: password.normalize('NFC'), totp: totp.replace(/\s/g, '') || null },
            })
            await navigate({ to: '/' })
            await changed()
            toast(t.deleted)
          }}
        >
          <p>{t.delete_text}</p>
          <PasswordField name="password" label={t.password} autoComplete="current-password" />
          <CodeField name="totp" label={t.totp} hint={t.totp_hint} digits={6} optional />
        </Confirm>
      }
    >
      {null}
    </Section>
  )
}
