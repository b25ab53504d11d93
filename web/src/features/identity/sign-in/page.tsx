import { Link, useRouter } from '@tanstack/react-router'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { safeNext, useNext } from '@/lib/next'
import { arePasskeysPossible, askForPasskey, isCancelled } from '@/lib/passkey'
import { describeProblem } from '@/lib/problem-texts'
import { useHasSessionEnded, useSessionChange } from '@/lib/session'
import { useProviders } from '@/lib/sign-in-providers'
import { useLanguage, useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { PasswordField, TextField } from '@/ui/fields'
import { Form } from '@/ui/form'
import { Notice } from '@/ui/notice'
import { Page, Section } from '@/ui/page'
import { ProviderButtons } from '@/ui/provider-buttons'
import { ConfirmSignIn } from './confirm-sign-in'
import { texts } from './texts'

type Confirmation = Schemas['ConfirmationRequired']

/** Password and confirmation, or a passkey alone. */
export default function SignInPage() {
  const t = useTexts(texts)
  const [confirmation, setConfirmation] = useState<Confirmation | null>(null)
  const goOn = useGoOn()
  const next = useNext()
  const hasEnded = useHasSessionEnded()
  const areProvidersKnown = useProviders() !== undefined
  if (confirmation) {
    return (
      <ConfirmSignIn
        confirmation={confirmation}
        onSignedIn={goOn}
        onBack={() => setConfirmation(null)}
      />
    )
  }
  return (
    <Page title={t.title} narrow>
      {hasEnded && (
        <Notice tone="warning">
          <p role="status">{t.ended}</p>
        </Notice>
      )}
      <Section>
        <PasswordForm onConfirm={setConfirmation} onSignedIn={goOn} />
        <PasskeyButton onSignedIn={goOn} />
        <ProviderButtons next={next} />
      </Section>
      {areProvidersKnown && (
        <p>
          {t.new_here}{' '}
          <Link to="/sign-up" search={{ next }}>
            {t.sign_up}
          </Link>
        </p>
      )}
    </Page>
  )
}

function PasswordForm({
  onConfirm,
  onSignedIn,
}: {
  onConfirm: (confirmation: Confirmation) => void
  onSignedIn: () => Promise<void>
}) {
  const t = useTexts(texts)
  return (
    <Form
      onSubmit={async ({ login = '', password = '' }) => {
        const result = await body(
          api.POST('/v1/identity/sign-ins', {
            body: { login: login.trim(), password: password.normalize('NFC'), transport: 'cookie' },
          }),
        )
        if (result.status === 'confirmation_required') onConfirm(result)
        else await onSignedIn()
      }}
    >
      <TextField
        name="login"
        label={t.login}
        autoComplete="username"
        autoCapitalize="off"
        spellCheck={false}
        required
      />
      <PasswordField name="password" label={t.password} autoComplete="current-password" required />
      <Submit wide>{t.sign_in}</Submit>
      <Link to="/forgot">{t.forgot}</Link>
    </Form>
  )
}

function PasskeyButton({ onSignedIn }: { onSignedIn: () => Promise<void> }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const [refusal, setRefusal] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  if (!arePasskeysPossible()) return null
  const signIn = async () => {
    setBusy(true)
    setRefusal(null)
    try {
      const { id, options } = await body(api.POST('/v1/identity/passkey-sign-ins/options'))
      const credential = await askForPasskey(options)
      await api.POST('/v1/identity/passkey-sign-ins', {
        body: { id, credential, transport: 'cookie' },
      })
      await onSignedIn()
    } catch (failure) {
      setRefusal(isCancelled(failure) ? t.no_passkey : describeProblem(failure, language))
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <Button look="secondary" wide busy={isBusy} onClick={() => void signIn()}>
        <KeyRound size={18} aria-hidden="true" /> {t.passkey}
      </Button>
      {refusal && (
        <Notice tone="warning">
          <p role="alert">{refusal}</p>
        </Notice>
      )}
    </>
  )
}

/** To where the person wanted to go before they had to sign in. */
export function useGoOn() {
  const router = useRouter()
  const changed = useSessionChange()
  const asked = useNext()
  return async (next = asked) => {
    await changed()
    router.history.push(safeNext(next))
  }
}
