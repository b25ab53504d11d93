import { useMutation } from '@tanstack/react-query'
import { LogIn } from 'lucide-react'
import { api, body } from '@/api/client'
import { leaveFor, type Provider, useProviders } from '@/lib/sign-in-providers'
import { defineTexts, useTexts } from '@/lib/text'
import { Button } from './button'
import { Failed } from './states'

const texts = defineTexts(
  { with: (name: string) => `Continue with ${name}` },
  { with: (name: string) => `Weiter mit ${name}` },
)

/** The outside providers with which one signs in, or makes an account. */
export function ProviderButtons({ next }: { next?: string }) {
  const t = useTexts(texts)
  const providers = useProviders()
  const { mutate, variables, isPending, error } = useMutation({
    mutationFn: async ({ name }: Provider) => {
      const given = { provider: name }
      const begun = await body(api.POST('/v1/identity/provider-sign-ins', { body: given }))
      leaveFor(begun.authorization_url, { provider: name, next })
    },
  })
  return (
    <>
      {providers?.map((provider) => (
        <Button
          key={provider.name}
          look="secondary"
          wide
          busy={isPending && variables.name === provider.name}
          disabled={isPending}
          onClick={() => mutate(provider)}
        >
          <LogIn size={18} aria-hidden="true" /> {t.with(provider.label)}
        </Button>
      ))}
      {error && <Failed error={error} />}
    </>
  )
}
