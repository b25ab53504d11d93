import { Confirm } from '@/ui/confirm'
import { useToast } from '@/ui/toast'

type CancelTexts = Record<'cancel' | 'cancel_title' | 'cancel_lead' | 'cancelled_toast', string>

/** Takes back what the other side hasn't answered yet. */
export function Cancel({
  texts,
  onCancel,
}: {
  texts: CancelTexts
  onCancel: () => Promise<unknown>
}) {
  const toast = useToast()
  return (
    <div className="row">
      <Confirm
        label={texts.cancel}
        title={texts.cancel_title}
        action={texts.cancel}
        isDanger
        onConfirm={async () => {
          await onCancel()
          toast(texts.cancelled_toast)
        }}
      >
        <p>{texts.cancel_lead}</p>
      </Confirm>
    </div>
  )
}
