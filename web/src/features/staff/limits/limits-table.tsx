import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { Schemas } from '@/api/client'
import { formatAmount } from '@/lib/amount'
import { hasCode } from '@/lib/problem'
import { describeProblem } from '@/lib/problem-texts'
import { useLanguage, useTexts } from '@/lib/text'
import { assetsQuery } from '@/lib/wallet'
import { Button } from '@/ui/button'
import { Dialog } from '@/ui/dialog'
import { Records } from '@/ui/records'
import { Money } from '@/ui/shown'
import { Empty, Loaded } from '@/ui/states'
import { LimitsEditor } from './editor'
import { limitsQuery } from './limits'
import { texts } from './texts'

type Asset = Schemas['Asset']
type Name = 'per_transfer' | 'per_day'

/** The limits of all assets: of a user, or with `null` of everybody who has none of their own. */
export function LimitsTable({ user }: { user: string | null }) {
  const t = useTexts(texts)
  return (
    <Loaded query={useQuery(assetsQuery)}>
      {(assets) =>
        assets.length === 0 ? (
          <Empty title={t.none}>{t.none_more}</Empty>
        ) : (
          <Records
            label={t.title}
            items={assets}
            keyOf={(asset) => asset.code}
            columns={[
              {
                name: t.asset,
                cell: ({ code, name }) => (name && name !== code ? `${code} · ${name}` : code),
              },
              ...(['per_transfer', 'per_day'] as const).map((name) => ({
                name: t[name],
                cell: (asset: Asset) => <Limit user={user} asset={asset} name={name} />,
              })),
              {
                name: t.change,
                isAction: true,
                cell: (asset) => <Change user={user} asset={asset} />,
              },
            ]}
          />
        )
      }
    </Loaded>
  )
}

function Limit({ user, asset, name }: { user: string | null; asset: Asset; name: Name }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const query = useQuery(limitsQuery(user, asset.code))
  const { data: defaults } = useQuery({
    ...limitsQuery(null, asset.code),
    enabled: user !== null,
  })
  if (query.error) {
    const isUnsupported = hasCode(query.error, 'wallet.limit.unsupported')
    return (
      <span className="muted">
        {isUnsupported ? t.unsupported : describeProblem(query.error, language)}
      </span>
    )
  }
  if (!query.data) return '…'
  const units = query.data[name]
  if (units) return <Money units={units} scale={asset.scale} asset={asset.code} />
  const general = defaults?.[name]
  const shown = general
    ? `${formatAmount(general, asset.scale, language)} ${asset.code}`
    : t.unlimited
  return <span className="muted">{user === null ? t.unlimited : t.by_default(shown)}</span>
}

function Change({ user, asset }: { user: string | null; asset: Asset }) {
  const t = useTexts(texts)
  const [isOpen, setOpen] = useState(false)
  const close = () => setOpen(false)
  const { error } = useQuery(limitsQuery(user, asset.code))
  if (error) return null
  return (
    <>
      <Button
        look="secondary"
        small
        aria-label={t.change_named(asset.code)}
        onClick={() => setOpen(true)}
      >
        {t.change}
      </Button>
      <Dialog
        title={user === null ? t.title_default(asset.code) : t.title_own(asset.code)}
        isOpen={isOpen}
        onClose={close}
      >
        <LimitsEditor user={user} asset={asset} onClose={close} />
      </Dialog>
    </>
  )
}
