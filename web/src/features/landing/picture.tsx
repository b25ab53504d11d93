import { useTexts } from '@/lib/text'
import styles from './picture.module.css'
import { texts } from './texts'

const APPLE =
  'M0-7c-3-2.2-8-.8-8 5.2C-8 4-4 9-1.6 9c.7 0 1-.4 1.6-.4s.9.4 1.6.4C4 9 8 4 8-1.8c0-6-5-7.4-8-5.2Z'
const STEM = 'M0-7c0-2.4 1.2-4.2 3.6-4.8'

/** Where the apples of a heap lie, the ones behind first, and which of them are green. */
const FULL = [
  [-22, -40, 'green'],
  [2, -46],
  [24, -40],
  [-44, -22],
  [-16, -26],
  [12, -28, 'green'],
  [40, -22],
  [-54, -6],
  [-28, -8, 'green'],
  [0, -10],
  [28, -8],
  [54, -6, 'green'],
] as const
const FEW = [
  [-12, -24],
  [14, -25, 'green'],
  [-46, -7],
  [-22, -9, 'green'],
  [4, -10],
  [30, -8],
  [52, -6],
] as const

/** Three apples go from one basket to another, and the books say so twice. */
export function Picture() {
  const t = useTexts(texts)
  return (
    <figure className={styles.figure}>
      <svg viewBox="0 0 480 236" className={styles.drawing} role="img" aria-label={t.picture}>
        <path className={styles.way} d="M132 74C176 6 304 6 348 84" />
        <path className={styles.arrow} d="m335 75 13 12 6-17" />
        {[0, 1, 2].map((index) => (
          <g key={index} className={`${styles.flying} ${styles[`flying${index}`]}`}>
            <Apple x={0} y={0} size={1.6} isGreen={index === 1} />
          </g>
        ))}
        <Basket x={108} apples={FULL} />
        <Basket x={372} apples={FEW} />
        <text className={styles.name} x={108} y={228}>
          {t.ann}
        </text>
        <text className={styles.name} x={372} y={228}>
          {t.bob}
        </text>
      </svg>
      <div className={styles.books}>
        <table className={styles.ledger}>
          <caption>{t.ledger}</caption>
          <thead>
            <tr>
              <th scope="col">{t.account}</th>
              <th scope="col">{t.apples}</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">{t.ann}</th>
              <td>{'\u2212'}3</td>
            </tr>
            <tr>
              <th scope="row">{t.bob}</th>
              <td>+3</td>
            </tr>
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{t.sum}</th>
              <td>0</td>
            </tr>
          </tfoot>
        </table>
      </div>
    </figure>
  )
}

type Heap = readonly (readonly [number, number, 'green'?])[]

function Basket({ x, apples }: { x: number; apples: Heap }) {
  return (
    <g transform={`translate(${x} 126)`}>
      {apples.map(([left, top, green]) => (
        <Apple key={`${left} ${top}`} x={left} y={top} size={1.75} isGreen={green === 'green'} />
      ))}
      <path className={styles.wood} d="M-68 0h136l-15 72q-53 12-106 0Z" />
      <path
        className={styles.slats}
        d="M-40 2l7 74M-14 2l3 79M14 2l-3 79M40 2l-7 74M-63 34q63 14 126 0"
      />
      <rect className={styles.rim} x={-74} y={-6} width={148} height={16} rx={8} />
    </g>
  )
}

function Apple({ x, y, size, isGreen }: { x: number; y: number; size: number; isGreen?: boolean }) {
  return (
    <g transform={`translate(${x} ${y}) scale(${size})`}>
      <path className={isGreen ? styles.green : styles.red} d={APPLE} />
      <path className={styles.stem} d={STEM} />
    </g>
  )
}
