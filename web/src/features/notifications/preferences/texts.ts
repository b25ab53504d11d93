import { defineTexts } from '@/lib/text'

export const texts = defineTexts(
  {
    title: 'What you are told',
    lead: 'Choose for each kind of event where it reaches you. What you choose holds at once.',
    back: 'Notifications',
    kind: 'Event',
    in_app: 'In the app',
    email: 'Mail',
    sms: 'SMS',
    push: 'Push',
    webhook: 'Webhooks',
    no_phone: 'You have no phone number here, so no short messages come.',
    add_phone: 'Add a phone number',
    always: 'Always',
    required:
      'You are always told what concerns your security. Otherwise whoever gets into your account could hide it.',
    told: (kind: string, channel: string) => `${kind}: ${channel}`,
    saved: 'Saved.',
    not_saved: 'That could not be saved, so it is as before.',
  },
  {
    title: 'Was du erfährst',
    lead: 'Wähle für jede Art von Ereignis, wo es dich erreicht. Was du wählst, gilt sofort.',
    back: 'Mitteilungen',
    kind: 'Ereignis',
    in_app: 'In der App',
    email: 'Mail',
    sms: 'SMS',
    push: 'Push',
    webhook: 'Webhooks',
    no_phone: 'Du hast hier keine Telefonnummer, darum kommen keine SMS.',
    add_phone: 'Telefonnummer hinzufügen',
    always: 'Immer',
    required:
      'Was deine Sicherheit betrifft, erfährst du immer. Sonst könnte, wer in dein Konto eindringt, das verbergen.',
    told: (kind: string, channel: string) => `${kind}: ${channel}`,
    saved: 'Gespeichert.',
    not_saved: 'Das ließ sich nicht speichern. Es ist wie zuvor.',
  },
)
