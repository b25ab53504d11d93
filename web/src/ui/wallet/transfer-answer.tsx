import { useState } from 'react'
import { api } from '@/api/client'
import { formatAmount } from '@/lib/amount'
import { describeProblem } from '@/lib/problem-texts'
import { useLanguage, useTexts } from '@/lib/text'
import { MOVED, type Transfer, useReread } from '@/lib/wallet'
import { Button } from '@/ui/button'
import { Confirm } from '@/ui/confirm'
import { nameOf } from '@/ui/shown'
import { useToast } from '@/ui/toast'
import { texts } from './texts'

/** What the recipient of a waiting transfer can say to it. */
export function TransferAnswer({ transfer }: { transfer: Transfer }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const reread = useReread()
  const toast = useToast()
  const [isBusy, setBusy] = useState(false)
  const params = { path: { id: transfer.id } }
  const amount = `${formatAmount(transfer.amount, transfer.scale, language)} ${transfer.asset}`
  const accept = async () => {
    setBusy(true)
    try {
      await api.POST('/v1/wallet/transfers/{id}/accept', { params })
      toast(t.accepted_toast(amount))
    } catch (error) {
      toast(describeProblem(error, language))
    }
    await reread(...MOVED)
    setBusy(false)
  }
  return (
    <div className="row">
      <Button small busy={isBusy} onClick={() => void accept()}>
        {t.accept}
      </Button>
      <Confirm
        label={t.decline}
        title={t.decline_title}
        action={t.decline}
        isDanger
        onConfirm={async () => {
          await api.POST('/v1/wallet/transfers/{id}/decline', { params })
          toast(t.declined_toast)
          await reread(...MOVED)
        }}
      >
        <p>{t.decline_lead(amount, nameOf(transfer.from))}</p>
      </Confirm>
    </div>
  )
}
