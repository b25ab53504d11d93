import { useEffect, useState } from 'react'
import { api, body } from '@/api/client'
import { type Profile, useSession, useSignOutHere } from '@/lib/session'
import {
  type Provider,
  rememberedProvider,
  rememberProvider,
  useProviders,
} from '@/lib/sign-in-providers'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { Form, FormActions } from '@/ui/form'
import { Notice } from '@/ui/notice'
import { Page } from '@/ui/page'
import { nameOf } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { texts } from './texts'

/** Where applications send somebody who signed out there, and what stands there afterwards. */
export default function SignOutPage() {
  return (
    <Loaded query={useSession()} lines={2}>
      {(profile) => (profile ? <Ask profile={profile} /> : <Done />)}
    </Loaded>
  )
}

/** Anybody can send a browser here, so nothing ends before the button is pressed. */
function Ask({ profile }: { profile: Profile }) {
  const t = useTexts(texts)
  const signOut = useSignOutHere()
  return (
    <Page title={t.title} lead={t.lead(nameOf(profile))} narrow>
      <Form onSubmit={signOut}>
        <FormActions>
          <Submit>{t.sign_out}</Submit>
          <ButtonLink to="/" look="quiet">
            {t.stay}
          </ButtonLink>
        </FormActions>
      </Form>
    </Page>
  )
}

function Done() {
  const t = useTexts(texts)
  const [used] = useState(rememberedProvider)
  // It is said once.
  useEffect(() => rememberProvider(null), [])
  const provider = useProviders()?.find(({ name }) => name === used)
  return (
    <Page title={t.done} lead={t.done_lead} narrow>
      {provider && <AlsoThere provider={provider} />}
      <div className="row">
        <ButtonLink to="/" look={provider ? 'secondary' : 'primary'}>
          {t.home}
        </ButtonLink>
        <ButtonLink to="/sign-in" look="quiet">
          {t.sign_in}
        </ButtonLink>
      </div>
    </Page>
  )
}

function AlsoThere({ provider: { name, label } }: { provider: Provider }) {
  const t = useTexts(texts)
  const [hasNoPage, setHasNoPage] = useState(false)
  if (hasNoPage) return <Notice tone="warning">{t.nowhere(label)}</Notice>
  return (
    <>
      <Notice>{t.also(label)}</Notice>
      <Form
        onSubmit={async () => {
          const params = { path: { name } }
          const { url } = await body(api.GET('/v1/identity/providers/{name}/sign-out', { params }))
          if (url) location.assign(url)
          else setHasNoPage(true)
        }}
      >
        <FormActions>
          <Submit>{t.also_action(label)}</Submit>
        </FormActions>
      </Form>
    </>
  )
}
