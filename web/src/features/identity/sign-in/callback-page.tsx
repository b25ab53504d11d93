import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useCallback, useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { takeLinkValues } from '@/lib/link-token'
import { useOnce } from '@/lib/once'
import { useSession } from '@/lib/session'
import {
  type Provider,
  providersQuery,
  rememberProvider,
  tripBack,
  useProviders,
} from '@/lib/sign-in-providers'
import { useTexts } from '@/lib/text'
import { ButtonLink } from '@/ui/button'
import { Page } from '@/ui/page'
import { Failed, Loading } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { texts } from './callback-texts'
import { ConfirmSignIn } from './confirm-sign-in'
import { useGoOn } from './page'

type Result = Schemas['ProviderSignInResult']

/** Where an outside provider sends the browser back, with who its user is there. */
export default function CallbackPage() {
  const t = useTexts(texts)
  const [came] = useState(takeLinkValues)
  const [trip] = useState(tripBack)
  const arrive = useArrival(trip?.provider, trip?.next)
  const finish = useCallback(async () => {
    // A provider may say more than we know what to do with.
    const { state = '', code, iss, error } = came
    const given = { state, code, iss, error }
    return arrive(await body(api.POST('/v1/identity/provider-sign-ins/finish', { body: given })))
  }, [came, arrive])
  const { data, error } = useOnce(finish)
  if (error) return <NotFinished error={error} next={trip?.next} />
  if (data) return <Unfinished result={data} provider={trip?.provider} next={trip?.next} />
  return (
    <Page title={t.waiting} narrow>
      <Loading lines={2} />
    </Page>
  )
}

/** Goes on if nothing is left to do. */
function useArrival(provider: string | undefined, next: string | undefined) {
  const t = useTexts(texts)
  const toast = useToast()
  const navigate = useNavigate()
  const goOn = useGoOn()
  const client = useQueryClient()
  return async (result: Result): Promise<Result> => {
    if (result.status === 'signed_in') {
      rememberProvider(provider ?? null)
      await goOn(next)
    }
    if (result.status === 'linked') {
      const { providers } = await client.ensureQueryData(providersQuery)
      toast(t.linked(labelIn(providers, provider) ?? t.the_provider))
      await navigate({ to: '/security', replace: true })
    }
    return result
  }
}

/** Somebody is known there, and something is left to do before they are in. */
function Unfinished({
  result,
  provider,
  next,
}: {
  result: Result
  provider: string | undefined
  next: string | undefined
}) {
  const t = useTexts(texts)
  const navigate = useNavigate()
  const goOn = useGoOn()
  const label = useLabel(provider)
  if (result.status === 'confirmation_required') {
    return (
      <ConfirmSignIn
        confirmation={result}
        codeLead={t.link_lead(label)}
        onSignedIn={() => {
          rememberProvider(provider ?? null)
          return goOn(next)
        }}
        onBack={() => void navigate({ to: '/sign-in', search: { next } })}
      />
    )
  }
  if (result.status === 'sign_in_first') {
    return (
      <Page title={t.first_title} lead={t.first_lead(label)} narrow>
        <div className="row">
          <ButtonLink to="/sign-in" search={{ next: '/security' }}>
            {t.first}
          </ButtonLink>
        </div>
      </Page>
    )
  }
  if (result.status === 'registration_required') {
    const { email, name } = result
    return (
      <Page title={t.register_title} lead={t.register_lead(label)} narrow>
        <div className="row">
          <ButtonLink to="/sign-up" search={{ email, name, next: '/security' }}>
            {t.register}
          </ButtonLink>
          <ButtonLink to="/sign-in" search={{ next: '/security' }} look="quiet">
            {t.have_account}
          </ButtonLink>
        </div>
      </Page>
    )
  }
  return null
}

function NotFinished({ error, next }: { error: unknown; next: string | undefined }) {
  const t = useTexts(texts)
  const isSignedIn = Boolean(useSession().data)
  return (
    <Page title={t.failed} narrow>
      <Failed error={error} />
      <div className="row">
        {isSignedIn ? (
          <ButtonLink to="/security">{t.to_security}</ButtonLink>
        ) : (
          <ButtonLink to="/sign-in" search={{ next }}>
            {t.again}
          </ButtonLink>
        )}
      </div>
    </Page>
  )
}

function useLabel(name: string | undefined): string {
  const t = useTexts(texts)
  return labelIn(useProviders(), name) ?? t.the_provider
}

function labelIn(providers: readonly Provider[] | undefined, name: string | undefined) {
  return providers?.find((it) => it.name === name)?.label ?? name
}
