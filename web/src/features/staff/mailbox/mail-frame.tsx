import { useEffect, useRef } from 'react'
import styles from './mail.module.css'
import { readMail } from './mail-html'

const EMPTY = '<!doctype html><title>Mail</title>'

/**
 * Shows the HTML of a mail in a frame in which no script runs. Without `allow-scripts` nothing of
 * the mail can do anything; with `allow-same-origin` this page can fill the frame.
 */
export function MailFrame({ html, title }: { html: string; title: string }) {
  const frame = useRef<HTMLIFrameElement>(null)
  const stop = useRef<() => void>(null)
  useEffect(() => () => stop.current?.(), [])
  const fillOnce = () => {
    if (frame.current && !stop.current) stop.current = fill(frame.current, html)
  }
  return (
    <iframe
      ref={frame}
      title={title}
      className={styles.frame}
      sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
      referrerPolicy="no-referrer"
      srcDoc={EMPTY}
      onLoad={fillOnce}
    />
  )
}

/** Puts the mail into the frame, which is from then on as high as the mail. */
function fill(frame: HTMLIFrameElement, html: string): () => void {
  const target = frame.contentDocument
  const view = target?.defaultView
  if (!target || !view) return () => {}
  const mail = readMail(html)
  const body = target.importNode(mail.body, true)
  target.documentElement.lang = mail.language
  target.body.replaceWith(body)
  const elements = [body, ...body.querySelectorAll<HTMLElement>('*')]
  for (const [index, style] of mail.styles.entries()) {
    const element = elements[index]
    if (element && style) element.style.cssText = style
  }
  target.adoptedStyleSheets = mail.sheets.map((text) => {
    const sheet = new view.CSSStyleSheet()
    sheet.replaceSync(text)
    return sheet
  })
  const resize = () => {
    const { height } = target.documentElement.getBoundingClientRect()
    frame.style.height = `${Math.ceil(height) + 2}px`
  }
  resize()
  const observer = new view.ResizeObserver(resize)
  observer.observe(body)
  return () => observer.disconnect()
}
