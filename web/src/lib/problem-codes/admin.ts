import type { KnownCodes } from './known'

export const admin: KnownCodes = {
  'admin.adjustment.account_closed': { de: 'Das Konto ist geschlossen.' },
  'admin.adjustment.account_not_adjustable': {
    de: 'Nur Konten, auf denen Personen etwas haben, lassen sich korrigieren.',
  },
  'admin.adjustment.account_not_found': { de: 'Dieses Konto gibt es nicht.' },
  'admin.adjustment.already_reversed': {
    de: 'Diese Korrektur ist schon zurückgenommen, oder es ist vorgeschlagen.',
  },
  'admin.adjustment.asset_differs': { de: 'Auf dem Konto liegt etwas anderes.' },
  'admin.adjustment.expired': { de: 'Der Vorschlag ist verfallen. Mach einen neuen.' },
  'admin.adjustment.id_taken': {
    en: 'This was sent before with something else in it. Look at the list and try again.',
    de: 'Das wurde schon mit anderem Inhalt gesendet. Sieh die Liste an und versuche es noch einmal.',
  },
  'admin.adjustment.is_reversal': {
    de: 'Eine Rücknahme lässt sich nicht zurücknehmen. Schlage eine neue Korrektur vor.',
  },
  'admin.adjustment.not_applied': { de: 'Nur Ausgeführtes lässt sich zurücknehmen.' },
  'admin.adjustment.not_found': { de: 'Diese Korrektur gibt es nicht.' },
  'admin.adjustment.not_proposed': { de: 'Hier ist nichts mehr zu entscheiden.' },
  'admin.adjustment.not_proposer': { de: 'Zurückziehen kann nur, wer es vorgeschlagen hat.' },
  'admin.adjustment.own_account': {
    de: 'Niemand schlägt Korrekturen am eigenen Konto vor oder entscheidet sie.',
  },
  'admin.adjustment.own_proposal': {
    de: 'Wer etwas vorgeschlagen hat, entscheidet nicht darüber. Das muss jemand anderes tun.',
  },
  'admin.job.not_dead': {
    de: 'Der Auftrag ist nicht aufgegeben, oder ein anderer hat seinen Platz.',
  },
  'admin.job.not_found': { de: 'Diesen Auftrag gibt es nicht mehr. Was getan ist, ist weg.' },
  'admin.job.recurring': {
    de: 'Dieser Auftrag kommt immer wieder, und die Bank braucht ihn.',
  },
  'admin.job.running': {
    de: 'Der Auftrag läuft. Nur was wartet oder aufgegeben ist, lässt sich verwerfen.',
  },
  'admin.user.not_found': { de: 'Diese Person gibt es nicht.' },
  'admin.user.own': { de: 'Niemand sperrt sich selbst oder meldet sich hier selbst ab.' },
}
