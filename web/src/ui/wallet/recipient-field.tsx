import { useQuery } from '@tanstack/react-query'
import { useCombobox } from 'downshift'
import { useDeferredValue, useState } from 'react'
import { type Recipient, recipientsQuery } from '@/lib/recipients'
import { useTexts } from '@/lib/text'
import { Field, type FieldProps, type Wired } from '@/ui/fields'
import { Person } from '@/ui/shown'
import styles from './recipient-field.module.css'
import { texts } from './texts'

type Props = Partial<FieldProps> & { name: string; defaultValue?: string; autoFocus?: boolean }

/**
 * Somebody: chosen from those who are found, or typed as a handle or an address. The field holds
 * what `partyRefOf` reads.
 */
export function RecipientField({ defaultValue = '', autoFocus, ...field }: Props) {
  const t = useTexts(texts)
  return (
    <Field label={t.to} hint={t.to_hint} {...field}>
      {(wired) => <Combobox wired={wired} initial={defaultValue} autoFocus={autoFocus} />}
    </Field>
  )
}

type ComboboxProps = { wired: Wired; initial: string; autoFocus?: boolean }

function Combobox({ wired, initial, autoFocus }: ComboboxProps) {
  const t = useTexts(texts)
  const [text, setText] = useState(initial)
  const [isUsed, setUsed] = useState(false)
  const wanted = useDeferredValue(text.trim().replace(/^@/, ''))
  const { data } = useQuery({ ...recipientsQuery(wanted), enabled: isUsed })
  const found = data ?? []
  const box = useCombobox<Recipient>({
    items: [...found],
    inputId: wired.id,
    inputValue: text,
    itemToString: (person) => (person ? person.handle : ''),
    itemToKey: (person) => person?.handle,
    onInputValueChange: ({ inputValue }) => setText(inputValue),
  })
  return (
    <div className={styles.combobox}>
      <input
        {...box.getInputProps({
          onFocus: () => setUsed(true),
          // At once, so that the cursor stays where it is.
          onChange: (event) => setText(event.currentTarget.value),
        })}
        {...wired}
        // The label belongs to the field already.
        aria-labelledby={undefined}
        aria-label={undefined}
        // biome-ignore lint/a11y/noAutofocus: where it is asked for, it is the first thing to do.
        autoFocus={autoFocus}
        maxLength={254}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
      />
      <ul
        {...box.getMenuProps({ 'aria-label': t.suggestions })}
        className={styles.menu}
        hidden={!box.isOpen || found.length === 0}
      >
        {box.isOpen &&
          found.map((person, index) => (
            <li
              key={person.handle}
              {...box.getItemProps({ item: person, index })}
              className={index === box.highlightedIndex ? styles.highlighted : styles.option}
            >
              <Person person={person} />
            </li>
          ))}
      </ul>
      <span className="visually-hidden" role="status">
        {box.isOpen && found.length > 0 ? t.found(found.length) : ''}
      </span>
    </div>
  )
}
