import { useState } from 'react'
import { api, type Schemas } from '@/api/client'
import { useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { CodeField } from '@/ui/fields'
import { Form, FormActions } from '@/ui/form'
import { Page, Section } from '@/ui/page'
import { useToast } from '@/ui/toast'
import { texts } from './texts'

type Props = {
  confirmation: Schemas['ConfirmationRequired']
  /** What a mailed code is for, if not for this sign-in alone. */
  codeLead?: string
  onSignedIn: () => Promise<void>
  onBack: () => void
}

const METHODS = ['email_code', 'totp', 'recovery_code'] as const
type Method = (typeof METHODS)[number]
const FIELD = { email_code: 'code', totp: 'totp', recovery_code: 'recovery_code' } as const
const DIGITS = { email_code: 8, totp: 6, recovery_code: undefined }

/** The password was right; now prove that it is you. */
export function ConfirmSignIn({ confirmation, codeLead, onSignedIn, onBack }: Props) {
  const t = useTexts(texts)
  const toast = useToast()
  const methods = METHODS.filter((method) => confirmation.methods.includes(method))
  const [method, setMethod] = useState<Method>(methods.includes('totp') ? 'totp' : 'email_code')
  const params = { path: { id: confirmation.sign_in } }
  const lead = (method === 'email_code' && codeLead) || t[`${method}_lead`]
  return (
    <Page title={t.confirm_title} lead={lead} narrow>
      <Section>
        <Form
          key={method}
          onSubmit={async (values) => {
            const proof = (values[FIELD[method]] ?? '').replace(/\s/g, '')
            await api.POST('/v1/identity/sign-ins/{id}/confirm', {
              params,
              body: { [FIELD[method]]: proof },
            })
            await onSignedIn()
          }}
        >
          <CodeField name={FIELD[method]} label={t[method]} digits={DIGITS[method]} />
          <FormActions>
            <Submit>{t.sign_in}</Submit>
            <Button look="quiet" onClick={onBack}>
              {t.back}
            </Button>
          </FormActions>
        </Form>
        <div className="row">
          {methods
            .filter((other) => other !== method)
            .map((other) => (
              <Button key={other} look="quiet" small onClick={() => setMethod(other)}>
                {t[`use_${other}`]}
              </Button>
            ))}
          {method === 'email_code' && (
            <Button
              look="quiet"
              small
              onClick={() =>
                void api
                  .POST('/v1/identity/sign-ins/{id}/resend', { params })
                  .then(() => toast(t.resent))
                  .catch(() => toast(t.not_resent))
              }
            >
              {t.resend}
            </Button>
          )}
        </div>
      </Section>
    </Page>
  )
}
