/**
 * The HTML of a mail, made harmless to look at, and taken apart from its styles.
 *
 * The policy of our pages forbids styles in a document's text, and a frame that a page fills is
 * under the page's policy. So the styles are taken out, and set again one by one, which the policy
 * lets scripts of ours do.
 */
export type MailHtml = {
  /** Without scripts, handlers, styles, and whatever would load something. */
  body: HTMLElement
  language: string
  /** Rules for the whole mail. */
  sheets: readonly string[]
  /** The styles of the body and of all elements in it, in the order of the document. */
  styles: readonly (string | null)[]
}

const DROPPED =
  'script, style, iframe, frame, object, embed, applet, link, meta, base, form, svg, math'
/** Links may lead out when somebody follows them. Nothing is loaded from elsewhere: it would tell
 * that the mail was read. */
const ADDRESSES: Readonly<Record<string, RegExp>> = {
  href: /^\s*(https?:|mailto:|#)/i,
  src: /^\s*data:image\//i,
  background: /^\s*data:image\//i,
}

export function readMail(html: string): MailHtml {
  const mail = new DOMParser().parseFromString(withoutInline(html), 'text/html')
  const sheets = [...mail.querySelectorAll('script[data-sheet]')].map((it) => it.textContent ?? '')
  for (const element of mail.querySelectorAll(DROPPED)) element.remove()
  const elements = [mail.body, ...mail.body.querySelectorAll('*')]
  const styles = elements.map((element) => element.getAttribute('data-was-style'))
  for (const element of elements) clean(element)
  return { body: mail.body, language: mail.documentElement.lang, sheets, styles }
}

/** Browsers complain of styles and handlers already when a text is read, so they get other names
 * before: sheets become data, which no script element of a type that isn't one runs. */
function withoutInline(html: string): string {
  return html
    .replaceAll(/<style\b/gi, '<script type="text/css" data-sheet')
    .replaceAll(/<\/style\b/gi, '</script')
    .replaceAll(/(\s)(style|on[a-z]+)(\s*=)/gi, '$1data-was-$2$3')
}

function clean(element: Element) {
  for (const { name, value } of [...element.attributes]) {
    const isStrange = name in ADDRESSES && !ADDRESSES[name]?.test(value)
    if (name === 'style' || name.startsWith('on') || name.startsWith('data-was-') || isStrange) {
      element.removeAttribute(name)
    }
  }
  if (element.localName === 'a') {
    element.setAttribute('target', '_blank')
    element.setAttribute('rel', 'noopener noreferrer')
  }
}
