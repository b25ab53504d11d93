import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { LogIn } from 'lucide-react'
import { api, body, type Schemas } from '@/api/client'
import { isCancelled } from '@/lib/passkey'
import {
  leaveFor,
  type Provider,
  rememberedProvider,
  rememberProvider,
  useProviders,
} from '@/lib/sign-in-providers'
import { useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Confirm } from '@/ui/confirm'
import { Item, List } from '@/ui/list'
import { Section } from '@/ui/page'
import { usePasswordStep } from '@/ui/password-step'
import { When } from '@/ui/shown'
import { Failed, Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { texts } from './outside-texts'
import styles from './page.module.css'

const KEY = ['security', 'linked-identities']
type LinkedIdentity = Schemas['LinkedIdentity']

/** Outside providers with which the user signs in; nothing where there are none. */
export function LinkedIdentities() {
  const t = useTexts(texts)
  const providers = useProviders() ?? []
  const query = useQuery({
    queryKey: KEY,
    queryFn: () => body(api.GET('/v1/identity/linked-identities')),
  })
  const linked = query.data?.linked_identities ?? []
  if (providers.length === 0 && linked.length === 0) return null
  const others = providers.filter(({ name }) => !linked.some((it) => it.provider === name))
  return (
    <Section title={t.providers} lead={t.providers_lead}>
      <Loaded query={query} lines={1}>
        {() => (
          <>
            {linked.length > 0 && (
              <List label={t.providers}>
                {linked.map((it) => (
                  <LinkedItem key={it.id} linked={it} providers={providers} />
                ))}
              </List>
            )}
            {others.length > 0 && <AddProvider providers={others} />}
          </>
        )}
      </Loaded>
    </Section>
  )
}

type LinkedItemProps = { linked: LinkedIdentity; providers: readonly Provider[] }

function LinkedItem({ linked, providers }: LinkedItemProps) {
  const t = useTexts(texts)
  // One that isn't offered any more has its name left.
  const label = providers.find(({ name }) => name === linked.provider)?.label ?? linked.provider
  return (
    <Item end={<Unlink linked={linked} label={label} />}>
      <div className={styles.thing}>
        <LogIn size={20} aria-hidden="true" />
        <div>
          <p className={styles.name}>{label}</p>
          {linked.email && <p className={styles.note}>{linked.email}</p>}
          <p className={styles.note}>
            {linked.last_used_at ? t.provider_used : t.provider_added}{' '}
            <When at={linked.last_used_at ?? linked.created_at} style="relative" />
          </p>
        </div>
      </div>
    </Item>
  )
}

function Unlink({ linked: { id, provider }, label }: { linked: LinkedIdentity; label: string }) {
  const t = useTexts(texts)
  const toast = useToast()
  const client = useQueryClient()
  return (
    <Confirm
      label={t.provider_remove}
      title={t.provider_remove_title(label)}
      action={t.provider_remove}
      isDanger
      onConfirm={async () => {
        await api.DELETE('/v1/identity/linked-identities/{id}', { params: { path: { id } } })
        if (rememberedProvider() === provider) rememberProvider(null)
        await client.invalidateQueries({ queryKey: KEY })
        toast(t.provider_removed(label))
      }}
    >
      <p>{t.provider_remove_text(label)}</p>
    </Confirm>
  )
}

function AddProvider({ providers }: { providers: readonly Provider[] }) {
  const t = useTexts(texts)
  const step = usePasswordStep()
  const { mutate, variables, isPending, error } = useMutation({
    mutationFn: async ({ name }: Provider) => {
      const begun = await step.run((password) =>
        body(api.POST('/v1/identity/linked-identities', { body: { provider: name, password } })),
      )
      leaveFor(begun.authorization_url, { provider: name })
    },
  })
  return (
    <>
      <div className="row">
        {providers.map((provider) => (
          <Button
            key={provider.name}
            look="secondary"
            small
            busy={isPending && variables.name === provider.name}
            disabled={isPending}
            onClick={() => mutate(provider)}
          >
            {t.provider_add(provider.label)}
          </Button>
        ))}
      </div>
      {step.dialog}
      {error && !isCancelled(error) && <Failed error={error} />}
    </>
  )
}
