import { useMutation } from '@tanstack/react-query'
import { api, type Schemas } from '@/api/client'
import { useFocusAtTop } from '@/lib/focus'
import { useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { AskedFor, WhoDecides } from '@/ui/deciding'
import { FormActions } from '@/ui/form'
import { Notice } from '@/ui/notice'
import { Page, Section } from '@/ui/page'
import { Failed } from '@/ui/states'
import styles from './device.module.css'
import { texts } from './texts'

type DecideProps = {
  code: string
  request: Schemas['DeviceRequest']
  onDecided: (isAllowed: boolean) => void
  onBack: () => void
}

/** What the device asks for. The code is shown once more: another's device shows another. */
export function Decide({ code, request, onDecided, onBack }: DecideProps) {
  const t = useTexts(texts)
  useFocusAtTop()
  const { name } = request.application
  const { mutate, variables, isPending, error } = useMutation({
    mutationFn: async (isAllowed: boolean) => {
      const params = { path: { user_code: code } }
      await (isAllowed
        ? api.POST('/v1/oauth/device-requests/{user_code}/approve', { params })
        : api.POST('/v1/oauth/device-requests/{user_code}/deny', { params }))
    },
    onSuccess: (_, isAllowed) => onDecided(isAllowed),
  })
  return (
    <Page title={t.ask_title(name)} lead={t.ask_lead} narrow>
      <Section>
        <p className={styles.code}>{code}</p>
        <WhoDecides />
        <AskedFor name={name} scopes={request.scopes} />
        <Notice tone="warning">{t.compare}</Notice>
        {error && <Failed error={error} />}
        <FormActions>
          <Button busy={isPending && variables} disabled={isPending} onClick={() => mutate(true)}>
            {t.allow}
          </Button>
          <Button
            look="secondary"
            busy={isPending && !variables}
            disabled={isPending}
            onClick={() => mutate(false)}
          >
            {t.refuse}
          </Button>
          <Button look="quiet" disabled={isPending} onClick={onBack}>
            {t.other}
          </Button>
        </FormActions>
      </Section>
    </Page>
  )
}
