import { defineTexts } from '@/lib/text'

/** Of applications that act for the user, and of providers that vouch for them. */
export const texts = defineTexts(
  {
    apps: 'Connected apps',
    apps_lead:
      'Applications of others that you allowed to act for you. If you don’t use one any more, disconnect it.',
    apps_empty: 'You have allowed no application anything.',
    app_since: 'Allowed',
    app_remove: 'Disconnect',
    app_remove_title: (name: string) => `Disconnect ${name}?`,
    app_remove_text:
      'It can do nothing for you any more, from this second on. What it has done stays done.',
    app_removed: (name: string) => `${name} is disconnected.`,

    providers: 'Sign in with another account',
    providers_lead: 'An account that you have elsewhere opens this one, too.',
    provider_used: 'Last used',
    provider_added: 'Added',
    provider_add: (provider: string) => `Add ${provider}`,
    provider_remove: 'Remove',
    provider_remove_title: (provider: string) => `Remove ${provider}?`,
    provider_remove_text: (provider: string) =>
      `You can’t sign in with ${provider} any more. Your account there stays as it is.`,
    provider_removed: (provider: string) => `${provider} is removed.`,
  },
  {
    apps: 'Verbundene Apps',
    apps_lead:
      'Anwendungen anderer, denen du erlaubt hast, für dich zu handeln. Benutzt du eine nicht mehr, trenne sie.',
    apps_empty: 'Du hast noch keiner Anwendung etwas erlaubt.',
    app_since: 'Erlaubt',
    app_remove: 'Trennen',
    app_remove_title: (name: string) => `${name} trennen?`,
    app_remove_text:
      'Sie kann von dieser Sekunde an nichts mehr für dich tun. Was sie getan hat, bleibt getan.',
    app_removed: (name: string) => `${name} ist getrennt.`,

    providers: 'Mit einem anderen Konto anmelden',
    providers_lead: 'Ein Konto, das du anderswo hast, öffnet auch dieses.',
    provider_used: 'Zuletzt benutzt',
    provider_added: 'Hinzugefügt',
    provider_add: (provider: string) => `${provider} hinzufügen`,
    provider_remove: 'Entfernen',
    provider_remove_title: (provider: string) => `${provider} entfernen?`,
    provider_remove_text: (provider: string) =>
      `Du kannst dich nicht mehr mit ${provider} anmelden. Dein Konto dort bleibt, wie es ist.`,
    provider_removed: (provider: string) => `${provider} ist entfernt.`,
  },
)
