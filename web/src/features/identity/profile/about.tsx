import type { Profile } from '@/lib/session'
import { isLanguage, useLanguage, useTexts } from '@/lib/text'
import { Submit } from '@/ui/confirm'
import { SelectField, TextField } from '@/ui/fields'
import { Form, FormActions } from '@/ui/form'
import { Section } from '@/ui/page'
import { dateIn, Person } from '@/ui/shown'
import { useToast } from '@/ui/toast'
import styles from './page.module.css'
import { texts } from './texts'
import { usePatch } from './use-patch'

/** Name, handle and language. */
export function About({ profile }: { profile: Profile }) {
  const t = useTexts(texts)
  const { language, setLanguage } = useLanguage()
  const toast = useToast()
  const patch = usePatch(profile)
  const fixedUntil = profile.handle_changeable_at
  return (
    <Section title={t.about} lead={t.about_lead}>
      <div className={styles.self}>
        <Person person={profile} />
        <p className="muted">{t.since(dateIn(profile.created_at, language))}</p>
      </div>
      <Form
        onSubmit={async (values) => {
          const name = (values.name ?? '').trim()
          const handle = values.handle?.trim() || null
          await patch({
            ...(name === profile.name ? {} : { name }),
            ...(fixedUntil || handle === (profile.handle ?? null) ? {} : { handle }),
            ...(isLanguage(values.locale) ? { locale: values.locale } : {}),
          })
          if (isLanguage(values.locale)) setLanguage(values.locale)
          toast(t.saved)
        }}
      >
        <div className={styles.columns}>
          <TextField
            name="name"
            label={t.name}
            hint={t.name_hint}
            autoComplete="name"
            maxLength={100}
            defaultValue={profile.name}
          />
          <SelectField
            name="locale"
            label={t.language}
            hint={t.language_hint}
            defaultValue={profile.locale}
            choices={[
              { value: 'en', label: t.english },
              { value: 'de', label: t.german },
            ]}
          />
        </div>
        <TextField
          name="handle"
          label={t.handle}
          hint={fixedUntil ? t.handle_fixed(dateIn(fixedUntil, language)) : t.handle_hint}
          optional={!profile.handle}
          autoComplete="nickname"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={30}
          disabled={Boolean(fixedUntil)}
          defaultValue={profile.handle ?? ''}
        />
        <FormActions>
          <Submit>{t.save}</Submit>
        </FormActions>
      </Form>
    </Section>
  )
}
