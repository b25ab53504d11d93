import { useTexts } from '@/lib/text'
import { Page } from '@/ui/page'
import { ConnectedApps } from './connected-apps'
import { LinkedIdentities } from './linked-identities'
import { Passkeys } from './passkeys'
import { Password } from './password'
import { RecoveryCodes } from './recovery-codes'
import { Sessions } from './sessions'
import { texts } from './texts'
import { AuthenticatorApp } from './totp'

/** What protects the account, and where it is open. */
export default function SecurityPage() {
  const t = useTexts(texts)
  return (
    <Page title={t.title} lead={t.lead}>
      <Passkeys />
      <AuthenticatorApp />
      <RecoveryCodes />
      <Password />
      <LinkedIdentities />
      <ConnectedApps />
      <Sessions />
    </Page>
  )
}
