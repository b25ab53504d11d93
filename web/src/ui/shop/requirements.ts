import type { Cart } from '@/lib/shop'
import { defineTexts, useLanguage } from '@/lib/text'

type Requirement = Cart['requirements'][number]

/** What is missing before a cart becomes an order, by its code. */
const texts = defineTexts(
  {
    'shop.requirement.lines': 'Put something into the cart.',
    'shop.requirement.email': 'Say where the confirmation goes.',
    'shop.requirement.shipping_address': 'Say where it is sent.',
    'shop.requirement.shipping_method': 'Choose how it is sent.',
    'shop.requirement.shipping_method_unavailable':
      'This way of shipping doesn’t go there, or not with this cart. Choose another one.',
    'shop.requirement.line_unavailable':
      'This isn’t sold any more, or not in this currency. Remove it to go on.',
    'shop.requirement.total_too_large': 'This is more than can be paid at once.',
  },
  {
    'shop.requirement.lines': 'Lege etwas in den Warenkorb.',
    'shop.requirement.email': 'Sag, wohin die Bestätigung geht.',
    'shop.requirement.shipping_address': 'Sag, wohin es verschickt wird.',
    'shop.requirement.shipping_method': 'Wähle, wie es verschickt wird.',
    'shop.requirement.shipping_method_unavailable':
      'Dieser Versand geht nicht dorthin, oder nicht mit diesem Warenkorb. Wähle einen anderen.',
    'shop.requirement.line_unavailable':
      'Das wird nicht mehr verkauft, oder nicht in dieser Währung. Entferne es, um weiterzukommen.',
    'shop.requirement.total_too_large': 'Das ist mehr, als auf einmal bezahlt werden kann.',
  },
)

const stock = defineTexts(
  {
    some: (count: string) => `There are only ${count} of this left.`,
    none: 'This is sold out. Remove it to go on.',
  },
  {
    some: (count: string) => `Davon gibt es nur noch ${count}.`,
    none: 'Das ist ausverkauft. Entferne es, um weiterzukommen.',
  },
)

const STOCK = 'shop.requirement.stock'

/** In words of the reader's language; the server's own where there are none. */
export function useRequirementText() {
  const { language } = useLanguage()
  const words: Readonly<Record<string, string>> = texts[language]
  return (requirement: Requirement, cart: Cart): string => {
    if (requirement.code === STOCK) {
      const line = cart.lines.find(({ id }) => id === requirement.line)
      const available = line?.available ?? '0'
      return available === '0' ? stock[language].none : stock[language].some(available)
    }
    return words[requirement.code] ?? requirement.detail
  }
}
