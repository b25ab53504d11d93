import type { KnownCodes } from './known'

export const shop: KnownCodes = {
  'shop.cart.changed': {
    en: 'The cart has changed meanwhile. Look at it again.',
    de: 'Der Warenkorb hat sich inzwischen geändert. Sieh ihn noch einmal an.',
  },
  'shop.cart.claim_needs_user': { de: 'Melde dich an, damit der Warenkorb deiner wird.' },
  'shop.cart.line_not_found': {
    en: 'This isn’t in the cart any more.',
    de: 'Das ist nicht mehr im Warenkorb.',
  },
  'shop.cart.not_found': {
    en: 'This cart isn’t there any more.',
    de: 'Diesen Warenkorb gibt es nicht mehr.',
  },
  'shop.cart.not_open': {
    en: 'This cart isn’t open any more: it became an order, or went into another cart.',
    de: 'Dieser Warenkorb ist nicht mehr offen: Er wurde zu einer Bestellung oder ging in einen anderen auf.',
  },
  'shop.cart.not_ready': {
    en: 'Something is still missing before this can be ordered.',
    de: 'Bevor das bestellt werden kann, fehlt noch etwas.',
  },
  'shop.cart.too_many_lines': {
    en: 'The cart is full: it holds 2000 different things.',
    de: 'Der Warenkorb ist voll: Er fasst 2000 verschiedene Dinge.',
  },
  'shop.cart.too_many_pieces': {
    en: 'So many pieces can’t be bought at once.',
    de: 'So viele Stück lassen sich nicht auf einmal kaufen.',
  },
  'shop.cart.total_changed': {
    en: 'The cart costs something else now. Look at it, and decide again.',
    de: 'Der Warenkorb kostet jetzt etwas anderes. Sieh ihn an und entscheide noch einmal.',
  },
  'shop.category.handle_taken': {
    en: 'Another category has this name in its address.',
    de: 'Eine andere Kategorie hat diesen Namen in der Adresse.',
  },
  'shop.category.has_children': {
    en: 'There are categories below it. Move or delete them first.',
    de: 'Unter ihr gibt es Kategorien. Verschiebe oder lösche sie zuerst.',
  },
  'shop.category.misplaced': {
    en: 'A category can’t be below itself, nor more than ten deep.',
    de: 'Eine Kategorie kann nicht unter sich selbst stehen, und nicht tiefer als zehn.',
  },
  'shop.category.not_found': { de: 'Diese Kategorie gibt es nicht.' },
  'shop.category.too_many': {
    en: 'There can’t be more categories.',
    de: 'Mehr Kategorien kann es nicht geben.',
  },
  'shop.category.unknown': {
    en: 'One of the categories isn’t there any more.',
    de: 'Eine der Kategorien gibt es nicht mehr.',
  },
  'shop.collection.by_hand': {
    en: 'Its products are chosen by hand; it has no rules.',
    de: 'Ihre Produkte sind von Hand gewählt; Regeln hat sie keine.',
  },
  'shop.collection.handle_taken': {
    en: 'Another collection has this name in its address.',
    de: 'Eine andere Sammlung hat diesen Namen in der Adresse.',
  },
  'shop.collection.has_rules': {
    en: 'Its products follow from its rules.',
    de: 'Ihre Produkte ergeben sich aus ihren Regeln.',
  },
  'shop.collection.not_found': { de: 'Diese Sammlung gibt es nicht.' },
  'shop.collection.too_many': {
    en: 'There can’t be more collections.',
    de: 'Mehr Sammlungen kann es nicht geben.',
  },
  'shop.collection.unknown': {
    en: 'One of the collections isn’t there any more.',
    de: 'Eine der Sammlungen gibt es nicht mehr.',
  },
  'shop.currency.unknown': {
    en: 'Nothing is sold in this currency.',
    de: 'In dieser Währung wird nichts verkauft.',
  },
  'shop.image.animated': {
    en: 'A picture of a product doesn’t move.',
    de: 'Das Bild eines Produkts bewegt sich nicht.',
  },
  'shop.image.mislabelled': {
    en: 'This file isn’t the kind of picture that its name says.',
    de: 'Diese Datei ist keine solche Art von Bild, wie ihr Name sagt.',
  },
  'shop.image.not_found': { de: 'Dieses Bild gibt es nicht.' },
  'shop.image.order_differs': {
    en: 'The pictures have changed meanwhile. Look at them again, and put them in order then.',
    de: 'Die Bilder haben sich inzwischen geändert. Sieh sie noch einmal an und ordne sie dann.',
  },
  'shop.image.too_large': {
    de: 'Ein Bild hat höchstens 25 Millionen Pixel, 12000 auf einer Seite.',
  },
  'shop.image.too_many': { de: 'Ein Produkt hat höchstens 50 Bilder.' },
  'shop.image.unreadable': {
    en: 'This is no picture that can be read. JPEG, PNG and WebP can.',
    de: 'Das ist kein lesbares Bild. JPEG, PNG und WebP sind es.',
  },
  'shop.location.not_found': { de: 'Diesen Standort gibt es nicht.' },
  'shop.location.taken': {
    en: 'Another location has this name in its address.',
    de: 'Ein anderer Standort hat diesen Namen in der Adresse.',
  },
  'shop.order.busy': {
    de: 'Mit dieser Bestellung geschieht gerade etwas anderes. Versuche es gleich noch einmal.',
  },
  'shop.order.line_not_found': { de: 'Diese Zeile gibt es in der Bestellung nicht.' },
  'shop.order.line_not_open': {
    en: 'There aren’t so many pieces left to send.',
    de: 'So viele Stück sind nicht mehr zu verschicken.',
  },
  'shop.order.not_found': { de: 'Diese Bestellung gibt es nicht.' },
  'shop.order.not_open': { de: 'An dieser Bestellung ist nichts mehr offen.' },
  'shop.order.not_paid': { de: 'Diese Bestellung ist noch nicht bezahlt.' },
  'shop.payment.account_missing': {
    en: 'You have no open account in this currency.',
    de: 'Du hast kein offenes Konto in dieser Währung.',
  },
  'shop.payment.differs': {
    en: 'The payments don’t come to the total.',
    de: 'Die Zahlungen ergeben nicht die Summe.',
  },
  'shop.payment.funds_insufficient': {
    en: 'Your wallet doesn’t hold that much. Deposit something first.',
    de: 'So viel Guthaben hast du nicht. Zahle zuerst etwas ein.',
  },
  'shop.payment.needs_user': { de: 'Melde dich an, um aus deinem Guthaben zu bezahlen.' },
  'shop.price.too_many': { de: 'Eine Variante hat Preise in höchstens 20 Währungen.' },
  'shop.product.handle_taken': {
    en: 'Another product has this name in its address.',
    de: 'Ein anderes Produkt hat diesen Namen in der Adresse.',
  },
  'shop.product.not_found': { de: 'Dieses Produkt gibt es nicht.' },
  'shop.product.options_mismatch': {
    en: 'Options and variants don’t fit together: every variant needs one value of each option, and no two the same.',
    de: 'Optionen und Varianten passen nicht zusammen: Jede Variante braucht von jeder Option einen Wert, und keine zwei dieselben.',
  },
  'shop.promotion.code_taken': {
    en: 'Another promotion has this code.',
    de: 'Eine andere Aktion hat diesen Code.',
  },
  'shop.promotion.code_unknown': {
    en: 'This code does nothing: it is mistyped, hasn’t begun or is over.',
    de: 'Dieser Code bewirkt nichts: Er ist vertippt, gilt noch nicht oder nicht mehr.',
  },
  'shop.promotion.not_found': { de: 'Diese Aktion gibt es nicht.' },
  'shop.promotion.used_up': {
    en: 'A promotion of this cart was used as often as it may be. Remove its code to go on.',
    de: 'Eine Aktion dieses Warenkorbs ist aufgebraucht. Entferne ihren Code, um weiterzukommen.',
  },
  'shop.refund.not_found': { de: 'Diese Erstattung gibt es nicht.' },
  'shop.refund.refused': {
    en: 'The account that paid is closed: nothing can go back to it.',
    de: 'Das Konto, das bezahlt hat, ist geschlossen: Dorthin kann nichts zurück.',
  },
  'shop.refund.too_large': {
    en: 'This is more than can go back.',
    de: 'Das ist mehr, als zurückgehen kann.',
  },
  'shop.search.not_ready': {
    en: 'The search is just being prepared. Try again in a moment.',
    de: 'Die Suche wird gerade vorbereitet. Versuche es gleich noch einmal.',
  },
  'shop.shipment.not_found': { de: 'Dieses Paket gibt es nicht.' },
  'shop.shipment.not_in_stock': {
    en: 'What was to be sent isn’t there.',
    de: 'Was verschickt werden sollte, ist nicht da.',
  },
  'shop.shipping_method.not_found': { de: 'Diesen Versand gibt es nicht.' },
  'shop.shipping_method.taken': {
    en: 'Another way of shipping has this name in its address.',
    de: 'Ein anderer Versand hat diesen Namen in der Adresse.',
  },
  'shop.stock.insufficient': { en: 'There is less of it than that.', de: 'Davon gibt es weniger.' },
  'shop.stock.not_tracked': {
    en: 'No stock is kept of this.',
    de: 'Davon wird kein Bestand gezählt.',
  },
  'shop.stranded_refund.no_wallet': {
    en: 'The buyer has no open wallet in this currency. Pay it outside, and say how.',
    de: 'Die Käuferin hat kein offenes Konto in dieser Währung. Zahl es außerhalb aus und sag, wie.',
  },
  'shop.stranded_refund.not_found': {
    en: 'Nothing of this payment waits to go back.',
    de: 'Von dieser Zahlung wartet nichts darauf, zurückzugehen.',
  },
  'shop.stranded_refund.too_large': {
    en: 'That is more than waits to go back.',
    de: 'Das ist mehr, als darauf wartet, zurückzugehen.',
  },
  'shop.tax_rate.not_found': { de: 'Diesen Steuersatz gibt es nicht.' },
  'shop.variant.not_found': {
    en: 'This isn’t sold any more.',
    de: 'Das wird nicht mehr verkauft.',
  },
  'shop.variant.sku_taken': {
    en: 'Another variant has this article number.',
    de: 'Eine andere Variante hat diese Artikelnummer.',
  },
  'shop.variant.too_many': { de: 'Ein Produkt hat höchstens 250 Varianten.' },
  'shop.version.changed': {
    en: 'It was changed somewhere else meanwhile. Look at it and try again.',
    de: 'Es wurde inzwischen anderswo geändert. Sieh es dir an und versuche es noch einmal.',
  },
  'shop.custom_field.choices': {
    en: 'A choice needs choices, each once; other fields have none.',
    de: 'Eine Auswahl braucht Werte, jeden einmal; andere Felder haben keine.',
  },
  'shop.custom_field.handle_taken': {
    en: 'Another field has this name.',
    de: 'Ein anderes Feld hat diesen Namen.',
  },
  'shop.custom_field.in_use': {
    en: 'There are values of this field. Take them away first.',
    de: 'Von diesem Feld gibt es Werte. Nimm sie zuerst weg.',
  },
  'shop.custom_field.invalid': {
    en: 'The value doesn’t fit the field.',
    de: 'Der Wert passt nicht zum Feld.',
  },
  'shop.custom_field.not_found': { de: 'Dieses Feld gibt es nicht.' },
  'shop.custom_field.too_many': {
    en: 'There can’t be more fields.',
    de: 'Mehr Felder kann es nicht geben.',
  },
  'shop.document.not_found': { de: 'Dieses Dokument gibt es nicht.' },
  'shop.order.already_paid': { de: 'Diese Bestellung ist schon bezahlt.' },
  'shop.payment.disputed': {
    de: 'Die Zahlung wurde vom Inhaber der Karte oder von der Bank zurückgeholt: Davon ist nichts mehr da.',
  },
  'shop.payment.under_way': {
    en: 'A payment of this order is under way. Wait for its outcome.',
    de: 'Eine Zahlung dieser Bestellung läuft noch. Warte ab, was daraus wird.',
  },
  'shop.price_list.not_found': { de: 'Diese Preisliste gibt es nicht.' },
  'shop.price_list.times': {
    en: 'It would end before it begins.',
    de: 'Sie würde enden, bevor sie beginnt.',
  },
  'shop.price_list.too_many': {
    en: 'There can’t be more price lists.',
    de: 'Mehr Preislisten kann es nicht geben.',
  },
  'shop.return.empty': {
    en: 'Nothing of the return has arrived. Close it instead.',
    de: 'Von der Rückgabe ist nichts angekommen. Schließe sie stattdessen ab.',
  },
  'shop.return.exchange_missing': {
    en: 'Nothing is sent in place of this return.',
    de: 'Anstelle dieser Rücksendung wird nichts geschickt.',
  },
  'shop.return.exchange_not_held': {
    en: 'Others have just bought what is to be sent instead. Try again.',
    de: 'Andere haben gerade gekauft, was stattdessen geschickt werden soll. Versuch es noch einmal.',
  },
  'shop.return.exchange_unavailable': {
    en: 'What is wanted instead isn’t sold any more, or not in this currency.',
    de: 'Was stattdessen gewünscht ist, wird nicht mehr verkauft, oder nicht in dieser Währung.',
  },
  'shop.return.not_found': { de: 'Diese Rückgabe gibt es nicht.' },
  'shop.return.state': {
    en: 'This can’t be done with the return any more.',
    de: 'Das geht mit dieser Rückgabe nicht mehr.',
  },
  'shop.return.too_late': {
    en: 'The time in which this can be returned is over.',
    de: 'Die Frist, das zurückzugeben, ist vorbei.',
  },
  'shop.return.too_many': {
    en: 'There aren’t so many pieces to return.',
    de: 'So viele Stück sind nicht zurückzugeben.',
  },
  'shop.variant.sku_unknown': {
    en: 'One of the article numbers isn’t known.',
    de: 'Eine der Artikelnummern ist nicht bekannt.',
  },
  'shop.import.cut_off': {
    en: 'The file wasn’t sent to its end. Try again.',
    de: 'Die Datei kam nicht ganz an. Versuche es noch einmal.',
  },
  'shop.import.not_found': { de: 'Diesen Import gibt es nicht.' },
  'shop.import.too_large': { de: 'Eine Datei hat höchstens 16 MiB.' },
  'shop.order.country_fixed': {
    de: 'Ein anderes Land hätte andere Steuern: Storniere die Bestellung und bestelle neu.',
  },
  'shop.order.fixed': {
    en: 'A part of the order was sent, or it is cancelled: it stays as it is.',
    de: 'Ein Teil der Bestellung ist verschickt, oder sie ist storniert: Sie bleibt, wie sie ist.',
  },
  'shop.order.pieces_by_staff': {
    en: 'You can cancel all of the order, but not single pieces. Ask the shop for that.',
    de: 'Du kannst die ganze Bestellung stornieren, aber keine einzelnen Stücke. Frag dafür den Laden.',
  },
  'shop.product.title_missing': {
    en: 'A product needs a name.',
    de: 'Ein Produkt braucht einen Namen.',
  },
  'shop.order.under_way': {
    en: 'An order of yours is under way, or something is to come back. Wait for it, or cancel it.',
    de: 'Eine Bestellung von dir läuft noch, oder etwas kommt zurück. Warte sie ab oder storniere sie.',
  },
}
