import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { api, body, type Schemas } from '@/api/client'
import { useIdempotencyKey } from '@/lib/idempotency'
import { useTexts } from '@/lib/text'
import { accountsQuery, openOnes, useReread } from '@/lib/wallet'
import { ButtonLink } from '@/ui/button'
import { Page, Section } from '@/ui/page'
import { Empty, Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { NewSchedule } from './new-schedule'
import { texts } from './texts'

/** Sets up what is to be sent by itself. */
export default function NewSchedulePage() {
  const t = useTexts(texts)
  const accounts = useQuery(accountsQuery)
  const create = useCreate()
  return (
    <Page title={t.new} lead={t.new_lead} back={{ to: '/schedules', label: t.back }} narrow>
      <Section>
        <Loaded query={accounts} lines={9}>
          {(all) => {
            const open = openOnes(all)
            if (open.length > 0) return <NewSchedule accounts={open} onCreate={create} />
            const action = <ButtonLink to="/accounts">{t.open_account}</ButtonLink>
            return (
              <Empty title={t.no_account} action={action}>
                {t.no_account_lead}
              </Empty>
            )
          }}
        </Loaded>
      </Section>
    </Page>
  )
}

function useCreate() {
  const t = useTexts(texts)
  const navigate = useNavigate()
  const reread = useReread()
  const toast = useToast()
  const idempotency = useIdempotencyKey()
  return async (content: Schemas['CreateSchedule']) => {
    const schedule = await idempotency.send(content, (header) =>
      body(api.POST('/v1/wallet/schedules', { params: { header }, body: content })),
    )
    await reread('schedules')
    toast(t.created)
    await navigate({ to: '/schedules/$id', params: { id: schedule.id } })
  }
}
