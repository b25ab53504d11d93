import { useQuery } from '@tanstack/react-query'
import { api } from '@/api/client'
import { useTexts } from '@/lib/text'
import { accountsQuery, assetsQuery, openOnes, useReread } from '@/lib/wallet'
import { Submit } from '@/ui/confirm'
import { SelectField } from '@/ui/fields'
import { Form } from '@/ui/form'
import { Loading } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { texts } from './texts'

/** Opens an account for an asset that the person doesn't hold yet. */
export function OpenAccount() {
  const t = useTexts(texts)
  const toast = useToast()
  const reread = useReread()
  const accounts = useQuery(accountsQuery).data
  const assets = useQuery(assetsQuery).data
  if (!accounts || !assets) return <Loading lines={2} />
  const held = new Set(openOnes(accounts).map(({ asset }) => asset))
  const others = assets.filter(({ code }) => !held.has(code))
  if (others.length === 0) {
    return <p className="muted">{assets.length === 0 ? t.no_assets : t.all_open}</p>
  }
  return (
    <Form
      label={t.open_account}
      onSubmit={async ({ asset = '' }) => {
        await api.POST('/v1/wallet/accounts', { body: { asset } })
        toast(t.opened(asset))
        await reread('accounts')
      }}
    >
      <SelectField
        name="asset"
        label={t.asset}
        choices={others.map(({ code, name }) => ({
          value: code,
          label: name ? `${name} (${code})` : code,
        }))}
      />
      <div>
        <Submit>{t.open_action}</Submit>
      </div>
    </Form>
  )
}
