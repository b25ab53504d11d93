import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { api, body } from '@/api/client'
import { describeField, describeProblem } from '@/lib/problem-texts'
import { useLanguage, useTexts } from '@/lib/text'
import { Button, ButtonLink } from '@/ui/button'
import { Figure, Figures } from '@/ui/figures'
import { Guarded } from '@/ui/guarded'
import { Notice } from '@/ui/notice'
import { Page, Section } from '@/ui/page'
import { Progress } from '@/ui/progress'
import { dateIn } from '@/ui/shown'
import { Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { Errors } from './errors'
import { type Import, send, triedFile } from './file'
import { ImportStatus, isUnderWay } from './status'
import { texts } from './texts'

const SOON_MS = 700

/** A file that is worked off, as it goes on. */
export default function StaffImportPage() {
  const t = useTexts(texts)
  const { id } = useParams({ strict: false }) as { id: string }
  const query = useQuery({
    queryKey: ['staff', 'shop', 'imports', id],
    queryFn: () => body(api.GET('/v1/shop/imports/{id}', { params: { path: { id } } })),
    refetchInterval: ({ state }) => (state.data && isUnderWay(state.data) ? SOON_MS : false),
  })
  return (
    <Guarded permission="catalogue.write" title={t.title}>
      <Loaded query={query} lines={6}>
        {(it) => <Shown key={it.id} it={it} />}
      </Loaded>
    </Guarded>
  )
}

function Shown({ it }: { it: Import }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  useRereadWhenDone(it)
  const title = it.dry_run ? t.trial_of : t.title_of
  const isTried = it.status === 'done' && it.dry_run
  return (
    <Page
      title={title(dateIn(it.created_at, language))}
      back={{ to: '/staff/shop/imports', label: t.back }}
      actions={isTried ? <InEarnest id={it.id} /> : <ToProducts it={it} />}
    >
      {isTried && <Notice>{t.trial_lead}</Notice>}
      <Section
        title={it.dry_run ? t.counts_trial : t.counts}
        actions={<ImportStatus is={it.status} />}
      >
        {it.failure ? (
          <Failure of={it.failure} />
        ) : (
          <>
            <HowFar it={it} />
            <Counts it={it} />
          </>
        )}
      </Section>
      {!it.failure && <Errors it={it} />}
    </Page>
  )
}

/** Products, and the lists of them, are others now. */
function useRereadWhenDone({ status, dry_run }: Import): void {
  const client = useQueryClient()
  useEffect(() => {
    if (status !== 'done' || dry_run) return
    void client.invalidateQueries({ queryKey: ['shop'] })
    void client.invalidateQueries({ queryKey: ['staff', 'shop'] })
  }, [client, status, dry_run])
}

function ToProducts({ it }: { it: Import }) {
  const t = useTexts(texts)
  if (it.status !== 'done') return null
  return (
    <ButtonLink to="/staff/shop/products" look="secondary" small>
      {t.to_products}
    </ButtonLink>
  )
}

/** What was tried out is sent once more, as long as the page still has the file. */
function InEarnest({ id }: { id: string }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const navigate = useNavigate()
  const toast = useToast()
  const [isBusy, setBusy] = useState(false)
  const file = triedFile(id)
  if (!file) return null
  const start = async () => {
    setBusy(true)
    try {
      const sent = await send(file, false)
      await navigate({ to: '/staff/shop/imports/$id', params: { id: sent.id } })
    } catch (error) {
      toast(describeProblem(error, language))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Button small busy={isBusy} onClick={() => void start()}>
      {t.now}
    </Button>
  )
}

function Failure({ of }: { of: NonNullable<Import['failure']> }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  return (
    <Notice tone="bad">
      <strong>{t.is_failed}</strong>
      <p>{describeField({ ...of, pointer: '' }, language)}</p>
    </Notice>
  )
}

function HowFar({ it }: { it: Import }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const { lines_done, lines_total, status } = it
  const words = t.progress_n(
    lines_done.toLocaleString(language),
    lines_total.toLocaleString(language),
  )
  return (
    <>
      <Progress label={t.progress} done={lines_done} total={lines_total} words={words} />
      <p className="visually-hidden" role="status">
        {status === 'done' && t.is_done}
      </p>
    </>
  )
}

function Counts({ it }: { it: Import }) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  return (
    <Figures>
      {(['created', 'changed', 'unchanged', 'refused'] as const).map((name) => (
        <Figure key={name} name={t[name]}>
          {it[name].toLocaleString(language)}
        </Figure>
      ))}
    </Figures>
  )
}
