import { defineTexts } from '@/lib/text'

/** Kinds of differences: what each is, what it means, and what to do about it. */
export const differenceTexts = defineTexts(
  {
    meanings: 'What it means, and what to do',
    meanings_lead:
      'Nothing is corrected by itself. Where the books have to change, propose an adjustment; a second person decides on it.',
    missing_here: 'Missing here',
    missing_here_means: 'The provider has it, and our books don’t.',
    missing_here_do:
      'Often somebody charged or refunded in the provider’s own pages, or another program uses the account. Find it there, and book it here or have it taken back.',
    missing_there: 'Missing there',
    missing_there_means: 'Our books have it, and the provider doesn’t.',
    missing_there_do:
      'Often the provider hasn’t written it yet: compare again tomorrow, or leave out more of what is recent. If it stays, ask the provider.',
    amount: 'Other amount',
    amount_means: 'Both sides have it, with different amounts.',
    amount_do: 'This doesn’t happen by itself: look at both sides before anything else.',
    fee: 'Other fee',
    fee_means: 'The provider kept more or less than was booked as its fee.',
    fee_do: 'Often the fee was taken in a currency that isn’t counted here. Look at its bill.',
    currency: 'Other currency',
    currency_means: 'The provider counts it in another currency than we do.',
    currency_do:
      'It converted it. Have the provider settle in the currency in which cards are charged.',
    s_deposit: 'Deposit',
    s_refund: 'Refund',
    s_chargeback: 'Chargeback',
    s_withdrawal: 'Withdrawal',
    s_fee: 'Fee',
    s_settlement: 'Payout to the house',
    s_other: 'Something else',
  },
  {
    meanings: 'Was es bedeutet, und was zu tun ist',
    meanings_lead:
      'Nichts wird von selbst berichtigt. Wo sich die Bücher ändern müssen, schlag eine Korrektur vor; darüber entscheidet eine zweite Person.',
    missing_here: 'Fehlt hier',
    missing_here_means: 'Der Anbieter hat es, unsere Bücher nicht.',
    missing_here_do:
      'Oft hat jemand auf den Seiten des Anbieters eingezogen oder erstattet, oder ein anderes Programm benutzt das Konto. Such es dort, und buche es hier nach oder lass es zurücknehmen.',
    missing_there: 'Fehlt dort',
    missing_there_means: 'Unsere Bücher haben es, der Anbieter nicht.',
    missing_there_do:
      'Oft hat der Anbieter es noch nicht geschrieben: Vergleiche morgen wieder, oder lass mehr vom Jüngsten aus. Wenn es bleibt, frag den Anbieter.',
    amount: 'Anderer Betrag',
    amount_means: 'Beide Seiten haben es, mit verschiedenen Beträgen.',
    amount_do: 'Das geschieht nicht von selbst: Sieh dir zuerst beide Seiten an.',
    fee: 'Andere Gebühr',
    fee_means: 'Der Anbieter behielt mehr oder weniger, als an Gebühr gebucht ist.',
    fee_do:
      'Oft wurde die Gebühr in einer Währung genommen, die hier nicht gezählt wird. Sieh in seine Rechnung.',
    currency: 'Andere Währung',
    currency_means: 'Der Anbieter zählt es in einer anderen Währung als wir.',
    currency_do:
      'Er hat es umgerechnet. Lass ihn in der Währung abrechnen, in der Karten belastet werden.',
    s_deposit: 'Einzahlung',
    s_refund: 'Rückzahlung',
    s_chargeback: 'Rückbuchung',
    s_withdrawal: 'Auszahlung',
    s_fee: 'Gebühr',
    s_settlement: 'Auszahlung ans Haus',
    s_other: 'Etwas anderes',
  },
)
