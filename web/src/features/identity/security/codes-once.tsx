import { Copy, Download, Printer } from 'lucide-react'
import { download } from '@/lib/download'
import { useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Notice } from '@/ui/notice'
import { useToast } from '@/ui/toast'
import styles from './codes-once.module.css'
import { texts } from './texts'

/** Recovery codes, which nobody shows again. */
export function CodesOnce({
  codes,
  lead,
  onDone,
}: {
  codes: readonly string[]
  lead?: string
  onDone: () => void
}) {
  const t = useTexts(texts)
  const toast = useToast()
  const asText = codes.join('\n')
  const copy = () => navigator.clipboard.writeText(asText).then(() => toast(t.recovery_copied))
  const save = () => {
    download('bushel-recovery-codes.txt', 'text/plain', `${t.recovery_file}\n\n${asText}\n`)
  }
  return (
    <>
      {lead && <p>{lead}</p>}
      <Notice tone="warning">{t.recovery_once}</Notice>
      <section className={styles.sheet} aria-label={t.recovery_list}>
        <p className={styles.forPaper}>{t.recovery_file}</p>
        <ol className={styles.codes}>
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ol>
      </section>
      <div className="row">
        <Button look="secondary" small onClick={() => void copy()}>
          <Copy size={18} aria-hidden="true" /> {t.recovery_copy}
        </Button>
        <Button look="secondary" small onClick={save}>
          <Download size={18} aria-hidden="true" /> {t.recovery_download}
        </Button>
        <Button look="secondary" small onClick={() => window.print()}>
          <Printer size={18} aria-hidden="true" /> {t.recovery_print}
        </Button>
      </div>
      <Button onClick={onDone}>{t.recovery_kept}</Button>
    </>
  )
}
