import type { KnownCodes } from './known'

/** What may be wrong with any request, and what the server itself can't do. */
export const requests: KnownCodes = {
  'request.body.invalid': { de: 'Eine Angabe fehlt oder passt so nicht.' },
  'request.body.too_large': {
    en: 'That is too much at once.',
    de: 'Das ist zu viel auf einmal.',
  },
  'request.cursor.invalid': {
    en: 'The list can’t go on from here. Load the page anew.',
    de: 'Die Liste kommt hier nicht weiter. Lade die Seite neu.',
  },
  'request.forbidden': {
    en: 'You may not do this.',
    de: 'Das darfst du nicht.',
  },
  'request.idempotency_key.in_flight': {
    en: 'This is being done already. Wait a moment and look again.',
    de: 'Das wird schon erledigt. Warte einen Moment und sieh noch einmal nach.',
  },
  'request.idempotency_key.reused': {
    en: 'This was sent once before with other details. Load the page anew and try again.',
    de: 'Das wurde schon einmal mit anderen Angaben gesendet. Lade die Seite neu und versuche es noch einmal.',
  },
  'request.if_match.missing': {
    en: 'Load the page anew and try again.',
    de: 'Lade die Seite neu und versuche es noch einmal.',
  },
  'request.origin.refused': {
    en: 'This page isn’t at the address that the server knows, so nothing can be changed from here.',
    de: 'Diese Seite steht nicht unter der Adresse, die der Server kennt. Von hier lässt sich nichts ändern.',
  },
  'request.path.invalid': {
    en: 'There is nothing at this address. It may be mistyped.',
    de: 'Unter dieser Adresse ist nichts. Vielleicht ist sie vertippt.',
  },
  'request.path.not_found': {
    en: 'There is nothing at this address.',
    de: 'Unter dieser Adresse ist nichts.',
  },
  'request.query.invalid': {
    en: 'This list can’t be filtered like that.',
    de: 'So lässt sich diese Liste nicht filtern.',
  },
  'request.rate_limited': {
    en: 'That was a lot at once. Wait a moment and try again.',
    de: 'Das war viel auf einmal. Warte einen Moment und versuche es noch einmal.',
  },
  'request.token.expired': {
    en: 'You have been signed out. Sign in again.',
    de: 'Du wurdest abgemeldet. Melde dich noch einmal an.',
  },
  'request.token.invalid': {
    en: 'You have been signed out. Sign in again.',
    de: 'Du wurdest abgemeldet. Melde dich noch einmal an.',
  },
  'request.token.missing': {
    en: 'Sign in first.',
    de: 'Melde dich zuerst an.',
  },
  'ledger.account.not_found': { de: 'Dieses Konto gibt es nicht.' },
  'ledger.asset.not_found': {
    en: 'That is not counted here.',
    de: 'Das wird hier nicht gezählt.',
  },
  'ledger.overloaded': {
    en: 'Very much is going on at the moment. Try again shortly.',
    de: 'Gerade ist sehr viel los. Versuche es gleich noch einmal.',
  },
  'ledger.transfer.not_found': { de: 'Diesen Übertrag gibt es nicht.' },
  'ledger.unavailable': {
    en: 'The books can’t be reached at the moment. Try again; nothing happens twice.',
    de: 'Die Bücher sind gerade nicht erreichbar. Versuche es noch einmal; nichts geschieht doppelt.',
  },
  'server.busy': {
    en: 'Very much is going on at the moment. Try again shortly.',
    de: 'Gerade ist sehr viel los. Versuche es gleich noch einmal.',
  },
  'server.leader.unknown': {
    en: 'The books are being opened. Try again in a moment.',
    de: 'Die Bücher werden gerade geöffnet. Versuche es gleich noch einmal.',
  },
  'server.leader.unreachable': {
    en: 'The books can’t be reached at the moment. Try again; nothing happens twice.',
    de: 'Die Bücher sind gerade nicht erreichbar. Versuche es noch einmal; nichts geschieht doppelt.',
  },
  'server.not_ready': {
    en: 'The server is starting. Try again in a moment.',
    de: 'Der Server startet gerade. Versuche es gleich noch einmal.',
  },
  'server.timeout': {
    en: 'That took too long. Try again; nothing happens twice.',
    de: 'Das hat zu lange gedauert. Versuche es noch einmal; nichts geschieht doppelt.',
  },
  'server.token.unknown': {
    en: 'It can’t be checked who you are at the moment. Try again shortly.',
    de: 'Gerade lässt sich nicht prüfen, wer du bist. Versuche es gleich noch einmal.',
  },
}
