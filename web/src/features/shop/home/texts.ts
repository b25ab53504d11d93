import { defineTexts } from '@/lib/text'

export const texts = defineTexts(
  {
    title: 'Shop',
    lead: 'Look around, or search for what you have in mind.',
    categories: 'Categories',
    newest: 'New in the shop',
    more: 'See everything',
    collection_more: (title: string) => `All of “${title}”`,
    empty: 'The shelves are still empty',
    empty_lead: 'As soon as there is something to buy, it is here.',
    add_products: 'Add products',
  },
  {
    title: 'Laden',
    lead: 'Sieh dich um, oder suche nach dem, was du im Sinn hast.',
    categories: 'Kategorien',
    newest: 'Neu im Laden',
    more: 'Alles ansehen',
    collection_more: (title: string) => `Alles aus „${title}“`,
    empty: 'Die Regale sind noch leer',
    empty_lead: 'Sobald es etwas zu kaufen gibt, steht es hier.',
    add_products: 'Produkte anlegen',
  },
)
