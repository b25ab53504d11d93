import { useId } from 'react'
import type { Product } from '@/lib/shop'
import { type Choice, isPossible } from './choice'
import styles from './product.module.css'

type OptionsProps = {
  product: Product
  choice: Choice
  onChoose: (choice: Choice) => void
}

/** A value of each option; what can't be had with the others is faint, and can still be looked at. */
export function Options({ product, choice, onChoose }: OptionsProps) {
  const id = useId()
  return product.options.map(({ name, values }) => (
    <fieldset key={name} className={styles.option}>
      <legend className={styles.optionName}>
        {name}: <span className={styles.optionValue}>{choice[name]}</span>
      </legend>
      <div className={styles.values}>
        {values.map((value) => (
          <label
            key={value}
            className={
              isPossible(product, choice, name, value)
                ? styles.value
                : `${styles.value} ${styles.impossible}`
            }
          >
            <input
              type="radio"
              className="visually-hidden"
              name={`${id}-${name}`}
              value={value}
              checked={choice[name] === value}
              onChange={() => onChoose({ ...choice, [name]: value })}
            />
            {value}
          </label>
        ))}
      </div>
    </fieldset>
  ))
}
