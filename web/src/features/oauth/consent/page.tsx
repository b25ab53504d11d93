import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useCallback, useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { useOnce } from '@/lib/once'
import { hasCode, ProblemError } from '@/lib/problem'
import { useSignOutHere } from '@/lib/session'
import { useTexts } from '@/lib/text'
import { Button, ButtonLink } from '@/ui/button'
import { AskedFor, WhoDecides } from '@/ui/deciding'
import { FormActions } from '@/ui/form'
import { Page, Section } from '@/ui/page'
import { Failed, Loaded, Loading } from '@/ui/states'
import { texts } from './texts'

type Request = Schemas['AuthorizationRequest']
type Verb = 'approve' | 'deny'

/** An application sent the browser here: what does its user allow? */
export default function ConsentPage() {
  const { request: id = '' } = useSearch({ strict: false }) as { request?: string }
  const query = useQuery({
    queryKey: ['oauth', 'requests', id],
    queryFn: () => body(api.GET('/v1/oauth/requests/{id}', { params: { path: { id } } })),
    enabled: id !== '',
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  if (id === '' || isGone(query.error)) return <Gone />
  return (
    <Loaded query={query} lines={6}>
      {(request) => <Question key={id} request={request} />}
    </Loaded>
  )
}

function isGone(error: unknown): boolean {
  return error instanceof ProblemError && (error.status === 404 || error.status === 400)
}

function Question({ request }: { request: Request }) {
  const { decide, leaving, error } = useDecision(request.id)
  const { name } = request.application
  if (leaving) return <Leaving name={name} address={leaving} />
  if (isGone(error)) return <Gone />
  const isTooOld = hasCode(error, 'oauth.request.sign_in_too_old')
  if (request.is_sign_in_needed || isTooOld) return <SignInAgain name={name} />
  if (!request.is_consent_needed && !error) return <AtOnce decide={decide} />
  return <Ask request={request} error={error} decide={decide} />
}

/** Sends what was decided, and the browser to where the answer says. */
function useDecision(id: string) {
  const [leaving, setLeaving] = useState<string | null>(null)
  const [error, setError] = useState<unknown>(null)
  const decide = useCallback(
    async (verb: Verb) => {
      setError(null)
      const params = { path: { id } }
      const call =
        verb === 'approve'
          ? api.POST('/v1/oauth/requests/{id}/approve', { params })
          : api.POST('/v1/oauth/requests/{id}/deny', { params })
      try {
        const { redirect_to } = await body(call)
        setLeaving(redirect_to)
        location.assign(redirect_to)
      } catch (failure) {
        setError(failure)
      }
    },
    [id],
  )
  return { decide, leaving, error }
}

type Decide = (verb: Verb) => Promise<void>

/** All of it was allowed before, so nobody is asked. */
function AtOnce({ decide }: { decide: Decide }) {
  useOnce(useCallback(() => decide('approve'), [decide]))
  return <Loading lines={2} />
}

function Ask({ request, error, decide }: { request: Request; error: unknown; decide: Decide }) {
  const t = useTexts(texts)
  const [busy, setBusy] = useState<Verb | null>(null)
  const { application, scopes, new_scopes: fresh } = request
  const act = async (verb: Verb) => {
    setBusy(verb)
    await decide(verb)
    setBusy(null)
  }
  return (
    <Page title={t.title(application.name)} lead={t.afterwards(request.redirect_origin)} narrow>
      <Section>
        <WhoDecides />
        <AskedFor
          name={application.name}
          scopes={scopes}
          fresh={fresh.length < scopes.length ? fresh : undefined}
        />
        {error !== null && <Failed error={error} />}
        <FormActions>
          <Button
            busy={busy === 'approve'}
            disabled={busy !== null}
            onClick={() => void act('approve')}
          >
            {t.allow}
          </Button>
          <Button
            look="secondary"
            busy={busy === 'deny'}
            disabled={busy !== null}
            onClick={() => void act('deny')}
          >
            {t.refuse}
          </Button>
        </FormActions>
      </Section>
    </Page>
  )
}

/** The page stays where a program of the device takes the address over. */
function Leaving({ name, address }: { name: string; address: string }) {
  const t = useTexts(texts)
  return (
    <Page title={t.leaving(name)} lead={t.leaving_lead} narrow>
      <div>
        <Button onClick={() => location.assign(address)}>{t.leaving_action}</Button>
      </div>
    </Page>
  )
}

function SignInAgain({ name }: { name: string }) {
  const t = useTexts(texts)
  const signOut = useSignOutHere()
  return (
    <Page title={t.again_title} lead={t.again_lead(name)} narrow>
      <Section>
        <WhoDecides />
        <div>
          <Button onClick={() => void signOut()}>{t.again}</Button>
        </div>
      </Section>
    </Page>
  )
}

function Gone() {
  const t = useTexts(texts)
  return (
    <Page title={t.gone_title} lead={t.gone_lead} narrow>
      <div>
        <ButtonLink to="/" look="secondary">
          {t.home}
        </ButtonLink>
      </div>
    </Page>
  )
}
