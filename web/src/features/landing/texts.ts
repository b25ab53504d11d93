import { defineTexts } from '@/lib/text'

export const texts = defineTexts(
  {
    title: 'Send anything that can be counted.',
    lead: 'Money, apples, books: give them to somebody, watch them arrive, and see at any time what you hold.',
    sign_up: 'Make an account',
    sign_in: 'Sign in',
  },
  {
    title: 'Sende, was sich zählen lässt.',
    lead: 'Geld, Äpfel, Bücher: gib sie jemandem, sieh zu, wie sie ankommen, und wisse jederzeit, was du hast.',
    sign_up: 'Konto anlegen',
    sign_in: 'Anmelden',
  },
)
