import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCombobox } from 'downshift'
import { Search } from 'lucide-react'
import { useDeferredValue, useEffect, useState } from 'react'
import { api, body, type Schemas } from '@/api/client'
import { inLanguage } from '@/lib/shop'
import { type Language, useLanguage, useTexts } from '@/lib/text'
import styles from './bar.module.css'
import { texts } from './texts'

type Suggestion = Schemas['ProductSuggestion']

const LETTERS_MIN = 2

function suggestionsQuery(q: string, language: Language) {
  return {
    queryKey: ['shop', 'suggestions', q, language],
    enabled: q.length >= LETTERS_MIN,
    staleTime: 60_000,
    queryFn: async () =>
      (
        await body(
          api.GET('/v1/shop/products/suggestions', {
            params: { query: { q } },
            headers: inLanguage(language),
          }),
        )
      ).data,
  }
}

/** Looks for products; who types is offered those that they may mean. */
export function SearchBox() {
  const t = useTexts(texts)
  const navigate = useNavigate()
  const { language } = useLanguage()
  const { q = '' } = useSearch({ strict: false }) as { q?: string }
  const [text, setText] = useState(q)
  useEffect(() => setText(q), [q])
  const wanted = useDeferredValue(text.trim())
  const found = useQuery(suggestionsQuery(wanted, language)).data ?? []
  const open = ({ handle }: Suggestion) =>
    void navigate({ to: '/shop/products/$handle', params: { handle } })
  const box = useCombobox<Suggestion>({
    items: found,
    inputId: 'shop-search',
    inputValue: text,
    itemToString: (it) => it?.title ?? '',
    itemToKey: (it) => it?.id,
    onInputValueChange: ({ inputValue }) => setText(inputValue),
    onSelectedItemChange: ({ selectedItem }) => selectedItem && open(selectedItem),
  })
  const search = () => {
    box.closeMenu()
    void navigate({ to: '/shop/search', search: { q: text.trim() || undefined } as never })
  }
  return (
    <search className={styles.search}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          search()
        }}
      >
        <input
          {...box.getInputProps({
            onChange: (event) => setText(event.currentTarget.value),
            onKeyDown: (event) => {
              // Nothing is chosen: what was typed is looked for.
              if (event.key === 'Enter' && box.highlightedIndex < 0) {
                ;(
                  event.nativeEvent as { preventDownshiftDefault?: boolean }
                ).preventDownshiftDefault = true
              }
            },
          })}
          aria-labelledby={undefined}
          aria-label={t.search}
          placeholder={t.search}
          className={styles.words}
          maxLength={200}
          autoComplete="off"
          enterKeyHint="search"
        />
        <button type="submit" className={styles.submit} aria-label={t.submit}>
          <Search size={20} aria-hidden="true" />
        </button>
      </form>
      <ul
        {...box.getMenuProps({ 'aria-label': t.suggestions })}
        className={styles.menu}
        hidden={!box.isOpen || found.length === 0}
      >
        {box.isOpen &&
          found.map((it, index) => (
            <li
              key={it.id}
              {...box.getItemProps({ item: it, index })}
              className={index === box.highlightedIndex ? styles.highlighted : styles.option}
            >
              {it.title}
            </li>
          ))}
      </ul>
      <span className="visually-hidden" role="status">
        {box.isOpen && found.length > 0 ? t.found(found.length) : ''}
      </span>
    </search>
  )
}
