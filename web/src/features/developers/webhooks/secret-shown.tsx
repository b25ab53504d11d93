import { useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Copyable } from '@/ui/copyable'
import { Dialog } from '@/ui/dialog'
import { texts } from './texts'

/** The secret of a webhook, after it was made or asked for. */
export function SecretShown({ secret, onClose }: { secret: string | null; onClose: () => void }) {
  const t = useTexts(texts)
  return (
    <Dialog title={t.made} isOpen={secret !== null} onClose={onClose}>
      <p>{t.made_text}</p>
      <Copyable text={secret ?? ''} label={t.secret} />
      <Button onClick={onClose}>{t.kept}</Button>
    </Dialog>
  )
}
