import { useId } from 'react'
import type { Schemas } from '@/api/client'
import type { Profile } from '@/lib/session'
import { useTexts } from '@/lib/text'
import { Submit } from '@/ui/confirm'
import { Form, FormActions } from '@/ui/form'
import { Section } from '@/ui/page'
import { useToast } from '@/ui/toast'
import styles from './page.module.css'
import { texts } from './texts'
import { usePatch } from './use-patch'

const POLICIES = ['new_devices', 'always', 'never'] as const

/** When a sign-in with the password has to be confirmed by mail. */
export function ConfirmationPolicy({ profile }: { profile: Profile }) {
  const t = useTexts(texts)
  const toast = useToast()
  const patch = usePatch(profile)
  const id = useId()
  return (
    <Section title={t.policy} lead={t.policy_lead}>
      <Form
        onSubmit={async ({ sign_in_confirmation }) => {
          await patch({
            sign_in_confirmation: sign_in_confirmation as Schemas['ConfirmationPolicy'],
          })
          toast(t.saved)
        }}
      >
        <fieldset className={styles.policies} aria-label={t.policy}>
          {POLICIES.map((policy) => (
            <label key={policy} className={styles.policy}>
              <input
                type="radio"
                name="sign_in_confirmation"
                value={policy}
                defaultChecked={policy === profile.sign_in_confirmation}
                aria-describedby={`${id}-${policy}`}
              />
              <span>
                <span className={styles.policyName}>{t[policy]}</span>
                <span id={`${id}-${policy}`} className={styles.hint}>
                  {t[`${policy}_hint`]}
                </span>
              </span>
            </label>
          ))}
        </fieldset>
        <FormActions>
          <Submit>{t.save}</Submit>
        </FormActions>
      </Form>
    </Section>
  )
}
