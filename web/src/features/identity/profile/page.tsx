import { useProfile } from '@/lib/session'
import { useTexts } from '@/lib/text'
import { Page } from '@/ui/page'
import { About } from './about'
import { EmailAddress } from './email-address'
import { Leaving, OwnData } from './leaving'
import { Limits } from './limits'
import { PhoneNumber } from './phone-number'
import { ConfirmationPolicy } from './policy'
import { texts } from './texts'

/** Who one is here. What protects the account is on the page of its security. */
export default function ProfilePage() {
  const t = useTexts(texts)
  const profile = useProfile()
  return (
    <Page title={t.title}>
      <About profile={profile} />
      <EmailAddress profile={profile} />
      <PhoneNumber />
      <ConfirmationPolicy profile={profile} />
      <Limits />
      <OwnData />
      <Leaving />
    </Page>
  )
}
