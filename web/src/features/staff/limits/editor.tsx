import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Schemas } from '@/api/client'
import { editableAmount } from '@/lib/amount'
import { ProblemError } from '@/lib/problem'
import { useLanguage, useTexts } from '@/lib/text'
import { AmountField, amountOf } from '@/ui/amount-field'
import { Button } from '@/ui/button'
import { Submit } from '@/ui/confirm'
import { Form, FormActions, type Values } from '@/ui/form'
import { Notice } from '@/ui/notice'
import { ReasonField } from '@/ui/reason-field'
import { Loaded } from '@/ui/states'
import { useToast } from '@/ui/toast'
import { type Limits, limitsQuery, putLimits } from './limits'
import { texts } from './texts'

type EditorProps = {
  /** Whose limits; `null` for everybody who has none of their own. */
  user: string | null
  asset: Schemas['Asset']
  onClose: () => void
}

/** Sets the limits of an asset, based on those that are shown. */
export function LimitsEditor({ user, asset, onClose }: EditorProps) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const client = useQueryClient()
  const toast = useToast()
  const [isStale, setStale] = useState(false)
  const query = useQuery(limitsQuery(user, asset.code))
  const save = async (values: Values, { version }: Limits) => {
    const read = (name: string) =>
      values[name]?.trim() ? amountOf(values, name, asset.scale, language) : null
    const limits = { per_transfer: read('per_transfer'), per_day: read('per_day') }
    try {
      await putLimits(user, asset.code, version, { ...limits, reason: values.reason ?? '' })
    } catch (error) {
      if (!(error instanceof ProblemError && error.status === 412)) throw error
      setStale(true)
      await query.refetch()
      return
    }
    await client.invalidateQueries({ queryKey: ['staff', 'limits', user, asset.code] })
    toast(t.saved)
    onClose()
  }
  const field = (limits: Limits, name: 'per_transfer' | 'per_day', hint: string) => (
    <AmountField
      name={name}
      label={t[name]}
      hint={user === null ? hint : t.own_hint}
      optional
      asset={asset.code}
      scale={asset.scale}
      defaultValue={limits[name] ? editableAmount(limits[name], asset.scale, language) : ''}
    />
  )
  return (
    <Loaded query={query} lines={4}>
      {(limits) => (
        <Form key={limits.version} onSubmit={(values) => save(values, limits)}>
          {isStale && <Notice tone="warning">{t.stale}</Notice>}
          {field(limits, 'per_transfer', t.per_transfer_hint)}
          {field(limits, 'per_day', t.per_day_hint)}
          <ReasonField />
          <FormActions>
            <Submit>{t.save}</Submit>
            <Button look="quiet" onClick={onClose}>
              {t.cancel}
            </Button>
          </FormActions>
        </Form>
      )}
    </Loaded>
  )
}
