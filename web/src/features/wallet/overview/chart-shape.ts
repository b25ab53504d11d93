import type { DayBalance } from './balances'

/** The chart's own units; it is stretched to the room that there is. */
export const WIDTH = 1_000
export const HEIGHT = 200

export type Shape = {
  /** Each day's right end and height. */
  readonly points: readonly { readonly x: number; readonly y: number }[]
  readonly line: string
  readonly area: string
  readonly most: bigint
}

/** A line in steps: a balance stays as it is until something happens. It begins at zero. */
export function shapeOf(days: readonly DayBalance[]): Shape {
  const balances = days.map(({ balance }) => BigInt(balance))
  const most = balances.reduce(larger, 0n)
  const points = balances.map((balance, index) => ({
    x: days.length > 1 ? round((index / (days.length - 1)) * WIDTH) : WIDTH,
    y: round(HEIGHT * (1 - share(balance, most))),
  }))
  const line = points.map(({ x, y }, index) => (index === 0 ? `M0 ${y}` : `H${x}V${y}`)).join('')
  const area = line && `${line}H${WIDTH}V${HEIGHT}H0Z`
  return { points, line, area, most }
}

/** `Math.max` takes no integers of this size. */
function larger(one: bigint, other: bigint): bigint {
  if (one > other) return one
  return other
}

/** Only the share becomes a number with a point, the amounts don't. */
function share(balance: bigint, most: bigint): number {
  return most === 0n ? 0 : Number((balance * 10_000n) / most) / 10_000
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

/** The day under a place of the chart, given as a share of its width. */
export function dayAt(place: number, count: number): number {
  return Math.min(count - 1, Math.max(0, Math.round(place * (count - 1))))
}
