import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useRef, useState } from 'react'
import { describeProblem } from '@/lib/problem-texts'
import { useLanguage, useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { flawOf, send } from './file'
import styles from './imports.module.css'
import { texts } from './texts'

const ACCEPTED = '.csv,.jsonl,.ndjson'

/** Takes a file, by the button or dropped, and sends it as a trial or in earnest. */
export function Upload() {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const navigate = useNavigate()
  const client = useQueryClient()
  const [file, setFile] = useState<File | null>(null)
  const [flaw, setFlaw] = useState<string | null>(null)
  const [sending, setSending] = useState<'trial' | 'earnest' | null>(null)
  const take = (chosen: File | undefined) => {
    if (!chosen) return
    const found = flawOf(chosen)
    setFlaw(found && t[found])
    setFile(found ? null : chosen)
  }
  const start = async (how: 'trial' | 'earnest') => {
    if (!file) return
    setSending(how)
    setFlaw(null)
    try {
      const { id } = await send(file, how === 'trial')
      await client.invalidateQueries({ queryKey: ['staff', 'shop', 'imports', 'list'] })
      await navigate({ to: '/staff/shop/imports/$id', params: { id } })
    } catch (error) {
      setFlaw(describeProblem(error, language))
      setSending(null)
    }
  }
  return (
    <DropZone label={t.import} onDrop={take} isBusy={sending !== null}>
      {file ? <strong>{file.name}</strong> : <p>{t.drop}</p>}
      <p className="muted">{file ? t.try_hint : t.kinds}</p>
      {flaw && (
        <p role="alert" className={styles.flaw}>
          {flaw}
        </p>
      )}
      <div className={styles.actions}>
        {file && (
          <>
            <Button
              small
              busy={sending === 'trial'}
              disabled={sending !== null}
              onClick={() => void start('trial')}
            >
              {t.try}
            </Button>
            <Button
              small
              look="secondary"
              busy={sending === 'earnest'}
              disabled={sending !== null}
              onClick={() => void start('earnest')}
            >
              {t.start}
            </Button>
          </>
        )}
        <Choose
          label={file ? t.other : t.choose}
          look={file ? 'quiet' : 'secondary'}
          isBusy={sending !== null}
          onChoose={take}
        />
      </div>
      <p className="visually-hidden" role="status">
        {sending && t.sending}
      </p>
    </DropZone>
  )
}

type ChooseProps = {
  label: string
  look: 'quiet' | 'secondary'
  isBusy: boolean
  onChoose: (file: File | undefined) => void
}

function Choose({ label, look, isBusy, onChoose }: ChooseProps) {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={input}
        type="file"
        accept={ACCEPTED}
        hidden
        aria-label={label}
        onChange={(event) => {
          onChoose(event.target.files?.[0])
          // The same file may be chosen again after it was changed.
          event.target.value = ''
        }}
      />
      <Button look={look} small disabled={isBusy} onClick={() => input.current?.click()}>
        {label}
      </Button>
    </>
  )
}

type DropZoneProps = {
  label: string
  isBusy: boolean
  onDrop: (file: File | undefined) => void
  children: ReactNode
}

/** Whoever can't drag has the button inside. */
function DropZone({ label, isBusy, onDrop, children }: DropZoneProps) {
  const [isOver, setOver] = useState(false)
  return (
    <section
      aria-label={label}
      className={isOver ? `${styles.drop} ${styles.over}` : styles.drop}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(!isBusy)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        if (!isBusy) onDrop(event.dataTransfer.files[0])
      }}
    >
      {children}
    </section>
  )
}
