import { describe, expect, it } from 'vitest'
import { changes } from './balances'
import { dayAt, HEIGHT, shapeOf, WIDTH } from './chart-shape'

const days = (...balances: string[]) =>
  balances.map((balance, index) => ({ date: `2026-11-0${index + 1}`, balance }))

describe('the shape of the chart', () => {
  it('goes in steps from zero to the most', () => {
    const { line, area, most } = shapeOf(days('0', '50', '100'))
    expect(line).toBe(`M0 ${HEIGHT}H500V100H1000V0`)
    expect(area).toBe(`${line}H${WIDTH}V${HEIGHT}H0Z`)
    expect(most).toBe(100n)
  })

  it('keeps amounts exact that no floating-point number holds', () => {
    const most = 2n ** 128n - 1n
    const { points } = shapeOf(days('0', String(most / 2n), String(most)))
    expect(points.map(({ y }) => y)).toEqual([HEIGHT, 100.02, 0])
  })

  it('lies on the ground where there was never anything', () => {
    expect(shapeOf(days('0', '0')).points.every(({ y }) => y === HEIGHT)).toBe(true)
    expect(shapeOf(days('7')).points).toEqual([{ x: WIDTH, y: 0 }])
  })

  it('is empty without days', () => {
    expect(shapeOf([])).toEqual({ points: [], line: '', area: '', most: 0n })
  })

  it('finds the day under the pointer, also beside the chart', () => {
    expect([-1, 0, 0.49, 0.51, 2].map((place) => dayAt(place, 3))).toEqual([0, 0, 1, 1, 2])
  })
})

describe('the days of the chart', () => {
  it('are told where something changed', () => {
    const changed = changes(days('5', '5', '7', '7', '5'))
    expect(changed.map(({ date }) => date)).toEqual(['2026-11-05', '2026-11-03', '2026-11-01'])
  })
})
