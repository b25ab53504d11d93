import type { Schemas } from '@/api/client'

type Preferences = Schemas['NotificationPreferences']
export type Preference = Preferences['preferences'][number]
export type Channel = 'in_app' | 'email' | 'sms' | 'push' | 'webhook'

/** In the order in which they are shown. */
const CHANNELS: readonly Channel[] = ['in_app', 'email', 'sms', 'push', 'webhook']

/** Those that there are: not every server sends short messages. */
export function channelsOf(hasPhones: boolean): readonly Channel[] {
  return CHANNELS.filter((channel) => channel !== 'sms' || hasPhones)
}

/** What protects the user can't be switched off there. */
const PROTECTED: readonly Channel[] = ['in_app', 'email', 'webhook']

export function isLocked(preference: Preference, channel: Channel): boolean {
  return preference.is_required && PROTECTED.includes(channel)
}

/** The same with one choice turned round. */
export function toggled(all: Preferences, kind: string, channel: Channel): Preferences {
  const turn = (it: Preference) => (it.kind === kind ? { ...it, [channel]: !it[channel] } : it)
  return { ...all, preferences: all.preferences.map(turn) }
}

/** As the server takes them back. */
export function asUpdate({ preferences }: Preferences): Schemas['UpdateNotificationPreferences'] {
  return { preferences: preferences.map(({ is_required: _, ...choice }) => choice) }
}
