import { X } from 'lucide-react'
import { fullTitleOf, useScale } from '@/lib/shop'
import { useLanguage, useTexts } from '@/lib/text'
import { Button } from '@/ui/button'
import { FindVariants } from '@/ui/shop/find-variants'
import { Quantity } from '@/ui/shop/quantity'
import { Money } from '@/ui/shown'
import { type DraftLine, unitPrice, withOneMore } from './draft'
import styles from './draft.module.css'
import { texts } from './new-texts'

type DraftLinesProps = {
  lines: readonly DraftLine[]
  currency: string
  onChange: (lines: readonly DraftLine[]) => void
}

/** What was bought: found, counted, and at a price of its own where it had one. */
export function DraftLines({ lines, currency, onChange }: DraftLinesProps) {
  const t = useTexts(texts)
  const change = (sku: string, part: Partial<DraftLine>) =>
    onChange(lines.map((it) => (it.sku === sku ? { ...it, ...part } : it)))
  return (
    <>
      {lines.length === 0 ? (
        <p className="muted">{t.nothing}</p>
      ) : (
        <>
          <ul className={styles.lines} aria-label={t.lines}>
            {lines.map((line) => (
              <Line
                key={line.sku}
                line={line}
                currency={currency}
                onChange={(part) => change(line.sku, part)}
                onRemove={() => onChange(lines.filter(({ sku }) => sku !== line.sku))}
              />
            ))}
          </ul>
          <Goods lines={lines} currency={currency} />
        </>
      )}
      <FindVariants
        action={(variant, product) => {
          const name = fullTitleOf(product, variant)
          return (
            <Button
              look="secondary"
              small
              aria-label={t.add_it(name)}
              onClick={() => onChange(withOneMore(lines, variant, name))}
            >
              {t.add}
            </Button>
          )
        }}
      />
    </>
  )
}

type LineProps = {
  line: DraftLine
  currency: string
  onChange: (part: Partial<DraftLine>) => void
  onRemove: () => void
}

function Line({ line, currency, onChange, onRemove }: LineProps) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const scale = useScale(currency)
  const { name, sku, quantity, price } = line
  const each = unitPrice(line, currency, scale, language)
  return (
    <li className={styles.line}>
      <div className={styles.name}>
        {name}
        <div className="muted">{sku}</div>
      </div>
      <Quantity name={name} value={quantity} onChange={(typed) => onChange({ quantity: typed })} />
      <input
        className={styles.price}
        inputMode="decimal"
        aria-label={t.price_of(name)}
        aria-invalid={price.trim() !== '' && each === null}
        placeholder={t.catalogue}
        value={price}
        maxLength={40}
        autoComplete="off"
        onChange={(event) => onChange({ price: event.target.value })}
      />
      <div className={styles.total}>
        {each === null ? (
          <span className={styles.flaw}>{price.trim() ? '–' : t.unknown_price}</span>
        ) : (
          <Money units={(each * BigInt(quantity)).toString()} scale={scale} asset={currency} />
        )}
      </div>
      <button
        type="button"
        className={styles.remove}
        aria-label={t.remove(name)}
        onClick={onRemove}
      >
        <X size={18} aria-hidden="true" />
      </button>
    </li>
  )
}

function Goods({ lines, currency }: Pick<DraftLinesProps, 'lines' | 'currency'>) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const scale = useScale(currency)
  const sum = lines.reduce((all, line) => {
    const each = unitPrice(line, currency, scale, language) ?? 0n
    return all + each * BigInt(line.quantity)
  }, 0n)
  return (
    <p className={styles.goods}>
      <span>{t.goods}</span>
      <Money units={sum.toString()} scale={scale} asset={currency} />
    </p>
  )
}
