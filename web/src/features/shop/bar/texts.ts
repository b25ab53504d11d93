import { defineTexts } from '@/lib/text'

export const texts = defineTexts(
  {
    store: 'Shop',
    start: 'All of the shop',
    search: 'Search the shop',
    submit: 'Search',
    suggestions: 'Suggestions',
    found: (count: number) => (count === 1 ? '1 suggestion' : `${count} suggestions`),
    cart: 'Cart',
    in_cart: (count: number) => (count === 1 ? '1 thing' : `${count} things`),
    orders: 'My orders',
    currency: 'Currency',
    sign_in: 'Sign in',
  },
  {
    store: 'Laden',
    start: 'Der ganze Laden',
    search: 'Im Laden suchen',
    submit: 'Suchen',
    suggestions: 'Vorschläge',
    found: (count: number) => (count === 1 ? '1 Vorschlag' : `${count} Vorschläge`),
    cart: 'Warenkorb',
    in_cart: (count: number) => (count === 1 ? '1 Ding' : `${count} Dinge`),
    orders: 'Meine Bestellungen',
    currency: 'Währung',
    sign_in: 'Anmelden',
  },
)
