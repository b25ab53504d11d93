import { useQuery } from '@tanstack/react-query'
import { localMoment, momentOf } from '@/lib/staff'
import { useLanguage, useTexts } from '@/lib/text'
import { assetsQuery } from '@/lib/wallet'
import { CheckField, SelectField, TextField } from '@/ui/fields'
import { FieldErrors, SideBySide, type Values } from '@/ui/form'
import { Badge, dateIn } from '@/ui/shown'
import { type PriceList, stateOf } from './list'
import { texts } from './texts'

/** What a list is called, for whom it is, and when. */
export function ListFields({ list }: { list?: PriceList }) {
  const t = useTexts(texts)
  const assets = useQuery(assetsQuery).data ?? []
  const money = assets.filter(({ kind }) => kind === 'money')
  return (
    <>
      <TextField
        name="title"
        label={t.name}
        hint={t.name_hint}
        maxLength={200}
        autoComplete="off"
        defaultValue={list?.title ?? ''}
      />
      {!list && (
        <SelectField
          key={money.length}
          name="currency"
          label={t.currency}
          defaultValue={money.some(({ code }) => code === 'EUR') ? 'EUR' : undefined}
          choices={money.map(({ code }) => ({ value: code, label: code }))}
        />
      )}
      <TextField
        name="customer_group"
        label={t.group}
        hint={t.group_hint}
        optional
        maxLength={100}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        defaultValue={list?.customer_group ?? ''}
      />
      <SideBySide>
        <TextField
          name="from"
          type="datetime-local"
          label={t.from}
          optional
          defaultValue={localMoment(list?.from)}
        />
        <TextField
          name="until"
          type="datetime-local"
          label={t.until}
          optional
          defaultValue={localMoment(list?.until)}
        />
      </SideBySide>
      {list && <CheckField name="is_active" label={t.is_active} defaultChecked={list.is_active} />}
    </>
  )
}

/** What was typed there, as the API takes it. */
export function typedList(values: Values, needed: string) {
  const title = values.title?.trim() ?? ''
  if (title === '') throw new FieldErrors({ title: needed })
  return {
    title,
    customer_group: values.customer_group?.trim() || null,
    from: momentOf(values.from) ?? null,
    until: momentOf(values.until) ?? null,
  }
}

const TONES = { running: 'good', stopped: 'neutral', upcoming: 'info', over: 'neutral' } as const

export function ListState({ of }: { of: PriceList }) {
  const t = useTexts(texts)
  const state = stateOf(of, new Date())
  return <Badge tone={TONES[state]}>{t[state]}</Badge>
}

/** From when to when a list holds, in words. */
export function useTimes() {
  const t = useTexts(texts)
  const { language } = useLanguage()
  return ({ from, until }: PriceList): string => {
    const [begin, end] = [from && dateIn(from, language), until && dateIn(until, language)]
    if (begin && end) return t.between(begin, end)
    if (begin) return t.from_on(begin)
    return end ? t.until_then(end) : t.always
  }
}
