import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { phoneQuery } from '@/lib/phone'
import { describeProblem } from '@/lib/problem-texts'
import { useLanguage, useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { CodeField, TextField } from '@/ui/fields'
import { Form, FormActions } from '@/ui/form'
import { Notice } from '@/ui/notice'
import { useToast } from '@/ui/toast'
import { phoneTexts } from './phone-texts'

/** The number, then the code that goes there. A code that is on its way is asked for at once. */
export function ChangePhone({ waiting, onDone }: { waiting: string | null; onDone: () => void }) {
  const [sentTo, setSentTo] = useState(waiting)
  const ask = useAskForCode()
  if (!sentTo) {
    return <AskForNumber onSubmit={async (number) => setSentTo((await ask(number)) ?? number)} />
  }
  return (
    <EnterCode
      sentTo={sentTo}
      onResend={() => ask(sentTo)}
      onOther={() => setSentTo(null)}
      onDone={onDone}
    />
  )
}

/** Has a code sent, and gives the number as the server writes it. */
function useAskForCode() {
  const client = useQueryClient()
  return async (number: string) => {
    const phone = await body(api.POST('/v1/identity/phone', { body: { number } }))
    client.setQueryData<Schemas['Phone']>(phoneQuery.queryKey, phone)
    return phone.waiting_number
  }
}

function AskForNumber({ onSubmit }: { onSubmit: (number: string) => Promise<void> }) {
  const t = useTexts(phoneTexts)
  return (
    <Form key="number" onSubmit={({ number = '' }) => onSubmit(number.trim())}>
      <TextField
        name="number"
        label={t.number}
        hint={t.number_hint}
        type="tel"
        autoComplete="tel"
        maxLength={32}
      />
      <FormActions>
        <Submit>{t.send}</Submit>
      </FormActions>
    </Form>
  )
}

type EnterCodeProps = {
  sentTo: string
  onResend: () => Promise<unknown>
  onOther: () => void
  onDone: () => void
}

function EnterCode({ sentTo, onResend, onOther, onDone }: EnterCodeProps) {
  const t = useTexts(phoneTexts)
  const toast = useToast()
  const client = useQueryClient()
  return (
    <Form
      key="code"
      onSubmit={async ({ code = '' }) => {
        const phone = await body(
          api.POST('/v1/identity/phone/confirm', { body: { code: code.replace(/\s/g, '') } }),
        )
        client.setQueryData<Schemas['Phone']>(phoneQuery.queryKey, phone)
        onDone()
        toast(t.done)
      }}
    >
      <Notice>{t.sent(sentTo)}</Notice>
      <CodeField name="code" label={t.code} digits={8} />
      <FormActions>
        <Submit>{t.confirm}</Submit>
        <Resend onResend={onResend} />
        <Button look="quiet" onClick={onOther}>
          {t.other}
        </Button>
      </FormActions>
    </Form>
  )
}

/** Says what came of it beside the button: a toast would be behind the dialog. */
function Resend({ onResend }: { onResend: () => Promise<unknown> }) {
  const t = useTexts(phoneTexts)
  const { language } = useLanguage()
  const { mutate, isPending, isSuccess, error } = useMutation({ mutationFn: onResend })
  return (
    <>
      <Button look="secondary" busy={isPending} onClick={() => mutate()}>
        {t.resend}
      </Button>
      <p role="status">
        {isSuccess && t.resent}
        {error && describeProblem(error, language)}
      </p>
    </>
  )
}
