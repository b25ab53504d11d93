import { useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Copyable } from '@/ui/copyable'
import { Dialog } from '@/ui/dialog'
import { Notice } from '@/ui/notice'
import { texts } from './texts'

/** A key that was just made, which nobody shows again. */
export function KeyOnce({ apiKey, onClose }: { apiKey: string | null; onClose: () => void }) {
  const t = useTexts(texts)
  return (
    <Dialog title={t.made} isOpen={apiKey !== null} onClose={onClose}>
      <Notice tone="warning">{t.made_text}</Notice>
      <Copyable text={apiKey ?? ''} label={t.key} />
      <Copyable
        text={`curl -H "Authorization: Bearer ${apiKey}" ${location.origin}/v1/wallet/accounts`}
        label={t.first_label}
      />
      <Button onClick={onClose}>{t.kept}</Button>
    </Dialog>
  )
}
