import { useEffect, useState } from 'react'
import { useLanguage, useTexts } from '@/lib/text'
import { texts } from './texts'
import { timeLeft } from './time-left'

type CountdownProps = {
  until: string
  /** Only the largest unit, where there are several. */
  rough?: boolean
  onEnd?: () => void
}

/** How long something still waits. It runs by the second in its last hour. */
export function Countdown({ until, rough, onEnd }: CountdownProps) {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const [now, setNow] = useState(Date.now)
  const seconds = Math.max(0, Math.ceil((new Date(until).getTime() - now) / 1_000))
  const isOver = seconds === 0
  useEffect(() => {
    if (isOver) {
      onEnd?.()
      return
    }
    const timer = setTimeout(() => setNow(Date.now()), seconds > 3_600 ? 30_000 : 1_000)
    return () => clearTimeout(timer)
  }, [isOver, seconds, onEnd])
  return (
    <span role="timer">{isOver ? t.over : t.left(timeLeft(seconds, language, rough ? 1 : 2))}</span>
  )
}
