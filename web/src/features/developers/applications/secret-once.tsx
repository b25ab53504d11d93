import { useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Copyable } from '@/ui/copyable'
import { Dialog } from '@/ui/dialog'
import { Notice } from '@/ui/notice'
import { texts } from './texts'

type SecretOnceProps = { title: string; secret: string | null; onClose: () => void }

/** A secret that was just made, which nobody shows again. */
export function SecretOnce({ title, secret, onClose }: SecretOnceProps) {
  const t = useTexts(texts)
  return (
    <Dialog title={title} isOpen={secret !== null} onClose={onClose}>
      <Notice tone="warning">{t.made_text}</Notice>
      <Copyable text={secret ?? ''} label={t.secret} />
      <Button onClick={onClose}>{t.kept}</Button>
    </Dialog>
  )
}
