import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { useFocusAtTop } from '@/lib/focus'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { WhoDecides } from '@/ui/deciding'
import { TextField } from '@/ui/fields'
import { FieldErrors, Form } from '@/ui/form'
import { Notice } from '@/ui/notice'
import { Page, Section } from '@/ui/page'
import { asShown, isCode } from './code'
import { Decide } from './decide'
import { texts } from './texts'

type Found = { readonly code: string; readonly request: Schemas['DeviceRequest'] }

/** Lets a device in that has no browser, by the code that it shows. */
export default function DevicePage() {
  const [found, setFound] = useState<Found | null>(null)
  const [isAllowed, setAllowed] = useState<boolean | null>(null)
  if (isAllowed !== null) return <Done isAllowed={isAllowed} />
  if (found) return <Decide {...found} onDecided={setAllowed} onBack={() => setFound(null)} />
  return <EnterCode onFound={setFound} />
}

/** Also a code that came with the address is looked up only when somebody says so. */
function EnterCode({ onFound }: { onFound: (found: Found) => void }) {
  const t = useTexts(texts)
  const { user_code: given = '' } = useSearch({ strict: false }) as { user_code?: string }
  return (
    <Page title={t.title} lead={t.lead} narrow>
      <Section>
        <WhoDecides />
        <Form
          onSubmit={async (values) => {
            const code = asShown(values.code ?? '')
            if (!isCode(code)) throw new FieldErrors({ code: t.code_malformed })
            const params = { path: { user_code: code } }
            const call = api.GET('/v1/oauth/device-requests/{user_code}', { params })
            onFound({ code, request: await body(call) })
          }}
        >
          <TextField
            name="code"
            label={t.code}
            hint={t.code_hint}
            defaultValue={asShown(given)}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            maxLength={20}
          />
          <Notice tone="warning">{t.warning}</Notice>
          <Submit wide>{t.go_on}</Submit>
        </Form>
      </Section>
    </Page>
  )
}

function Done({ isAllowed }: { isAllowed: boolean }) {
  const t = useTexts(texts)
  useFocusAtTop()
  const [title, lead] = isAllowed
    ? [t.allowed_title, t.allowed_lead]
    : [t.refused_title, t.refused_lead]
  return (
    <Page title={title} lead={lead} narrow>
      <div className="row">
        <ButtonLink to="/" look="secondary">
          {t.home}
        </ButtonLink>
        {isAllowed && (
          <ButtonLink to="/security" look="quiet">
            {t.apps}
          </ButtonLink>
        )}
      </div>
    </Page>
  )
}
