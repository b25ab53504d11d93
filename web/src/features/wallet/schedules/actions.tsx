import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, type Schemas } from '@/api/client'
import { editableAmount } from '@/lib/amount'
import { describeProblem } from '@/lib/problem-texts'
import { useLanguage, useTexts } from '@/lib/text'
import { useReread } from '@/lib/wallet'
import { AmountField, amountOf } from '@/ui/amount-field'
import { Button } from '@/ui/button'
import { Confirm } from '@/ui/confirm'
import { TextAreaField, TextField } from '@/ui/fields'
import { useToast } from '@/ui/toast'
import type { Schedule } from './page'
import { texts } from './texts'

type Props = { schedule: Schedule; etag: string }

/** What can be done with a schedule that hasn't ended. */
export function ScheduleActions({ schedule, etag }: Props) {
  const isRunning = schedule.status === 'active' || schedule.status === 'paused'
  return (
    <div className="row">
      {isRunning && <PauseOrResume schedule={schedule} etag={etag} />}
      {isRunning && <Change schedule={schedule} etag={etag} />}
      <Delete schedule={schedule} />
    </div>
  )
}

/** Changes what the version that is shown has. */
function useChange({ schedule, etag }: Props) {
  const reread = useReread()
  return async (change: Partial<Schemas['SchedulePatch']>) => {
    try {
      await api.PATCH('/v1/wallet/schedules/{id}', {
        params: { path: { id: schedule.id }, header: { 'If-Match': etag } },
        // What is left out stays; the types, made from the document's defaults, can't say so.
        body: change as Schemas['SchedulePatch'],
      })
    } finally {
      await reread('schedules')
    }
  }
}

function PauseOrResume(props: Props) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const toast = useToast()
  const change = useChange(props)
  const [isBusy, setBusy] = useState(false)
  const isActive = props.schedule.status === 'active'
  const toggle = async () => {
    setBusy(true)
    try {
      await change({ status: isActive ? 'paused' : 'active' })
      toast(isActive ? t.paused_toast : t.resumed_toast)
    } catch (error) {
      toast(describeProblem(error, language))
    }
    setBusy(false)
  }
  return (
    <Button small look="secondary" busy={isBusy} onClick={() => void toggle()}>
      {isActive ? t.pause : t.resume}
    </Button>
  )
}

function Change(props: Props) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const toast = useToast()
  const change = useChange(props)
  const { amount, scale, asset, message, reference } = props.schedule
  return (
    <Confirm
      label={t.change}
      title={t.change_title}
      action={t.save}
      onConfirm={async (values) => {
        await change({
          amount: amountOf(values, 'amount', scale, language),
          message: values.message?.trim() || null,
          reference: values.reference?.trim() || null,
        })
        toast(t.changed_toast)
      }}
    >
      <AmountField
        name="amount"
        label={t.amount}
        asset={asset}
        scale={scale}
        defaultValue={editableAmount(amount, scale, language)}
      />
      <TextAreaField
        name="message"
        label={t.message}
        optional
        rows={2}
        maxLength={500}
        defaultValue={message ?? ''}
      />
      <TextField
        name="reference"
        label={t.reference}
        hint={t.reference_hint}
        optional
        defaultValue={reference ?? ''}
      />
    </Confirm>
  )
}

function Delete({ schedule }: { schedule: Schedule }) {
  const t = useTexts(texts)
  const toast = useToast()
  const reread = useReread()
  const navigate = useNavigate()
  return (
    <Confirm
      label={t.delete}
      title={t.delete_title}
      action={t.delete}
      look="quiet"
      isDanger
      onConfirm={async () => {
        await api.DELETE('/v1/wallet/schedules/{id}', { params: { path: { id: schedule.id } } })
        await navigate({ to: '/schedules' })
        toast(t.deleted_toast)
        await reread('schedules')
      }}
    >
      <p>{t.delete_lead}</p>
    </Confirm>
  )
}
