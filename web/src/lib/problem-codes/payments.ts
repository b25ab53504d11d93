import type { KnownCodes } from './known'

export const payments: KnownCodes = {
  'payments.account.closed': { de: 'Dein Konto dafür ist geschlossen.' },
  'payments.account.insufficient_funds': {
    en: 'You don’t have that much.',
    de: 'So viel hast du nicht.',
  },
  'payments.account.not_found': {
    en: 'You have no open account for this. Open one first.',
    de: 'Dafür hast du kein offenes Konto. Eröffne zuerst eines.',
  },
  'payments.action.decided': { de: 'Das ist schon entschieden, oder die Zeit ist um.' },
  'payments.action.not_found': { de: 'Hier gibt es nichts zu bestätigen.' },
  'payments.amount.too_large': { de: 'Der Betrag ist zu groß.' },
  'payments.amount.too_small': { de: 'Der Betrag ist zu klein.' },
  'payments.asset.not_money': {
    en: 'Only money can be paid in and out.',
    de: 'Nur Geld kann ein- und ausgezahlt werden.',
  },
  'payments.asset.unknown': {
    en: 'That is not counted here.',
    de: 'Das wird hier nicht gezählt.',
  },
  'payments.card.cvc_invalid': { de: 'Die Prüfnummer der Karte hat 3 oder 4 Ziffern.' },
  'payments.card.expired': { de: 'Die Karte ist abgelaufen.' },
  'payments.card.not_found': {
    en: 'You have no such card.',
    de: 'So eine Karte hast du nicht.',
  },
  'payments.card.number_invalid': {
    en: 'This is no card number. Check its digits.',
    de: 'Das ist keine Kartennummer. Prüfe ihre Ziffern.',
  },
  'payments.deposit.not_found': { de: 'Diese Einzahlung gibt es nicht.' },
  'payments.deposit.not_refundable': {
    en: 'Only a deposit that has arrived and isn’t disputed can be refunded.',
    de: 'Nur eine Einzahlung, die angekommen und nicht strittig ist, kann erstattet werden.',
  },
  'payments.destination.not_found': {
    en: 'You have no such bank account.',
    de: 'So ein Bankkonto hast du nicht.',
  },
  'payments.flow.open': {
    en: 'Something that you paid in or out is still under way. Wait until it has ended.',
    de: 'Eine Ein- oder Auszahlung von dir läuft noch. Warte, bis sie zu Ende ist.',
  },
  'payments.iban.invalid': {
    en: 'This is no IBAN. Check its letters and digits.',
    de: 'Das ist keine IBAN. Prüfe ihre Buchstaben und Ziffern.',
  },
  'payments.provider.refused': {
    en: 'The bank or card company refuses this.',
    de: 'Die Bank oder Kartenfirma lehnt das ab.',
  },
  'payments.provider.unavailable': {
    en: 'The bank or card company can’t be reached at the moment. Try again later.',
    de: 'Die Bank oder Kartenfirma ist gerade nicht erreichbar. Versuche es später noch einmal.',
  },
  'payments.refund.too_large': {
    en: 'That is more than is left of the deposit.',
    de: 'Das ist mehr, als von der Einzahlung übrig ist.',
  },
  'payments.withdrawal.not_found': { de: 'Diese Auszahlung gibt es nicht.' },
}
