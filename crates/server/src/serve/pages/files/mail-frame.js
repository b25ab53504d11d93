// Shows the HTML of a mail in a frame in which no script runs.
//
// The policy of our pages forbids styles in a document's text, and a frame that is filled by a
// page is under the page's policy. So the mail is read without being shown, its styles are taken
// out, and are set again one by one, which the policy lets scripts do.

const DROPPED = "script, style, iframe, frame, object, embed, applet, link, meta, base, form, svg, math";

/// A frame that shows the mail.
export function mailFrame(html, title) {
  const frame = document.createElement("iframe");
  frame.title = title;
  // Without allow-scripts nothing of the mail can run; with allow-same-origin we can fill it.
  frame.setAttribute("sandbox", "allow-same-origin allow-popups allow-popups-to-escape-sandbox");
  frame.referrerPolicy = "no-referrer";
  frame.srcdoc = "<!doctype html><title>Mail</title>";
  frame.addEventListener("load", () => fill(frame, html), { once: true });
  return frame;
}

function fill(frame, html) {
  const target = frame.contentDocument;
  const mail = new DOMParser().parseFromString(withoutInline(html), "text/html");
  const sheets = [...mail.querySelectorAll("script[data-sheet]")].map((sheet) => sheet.textContent);
  for (const element of mail.querySelectorAll(DROPPED)) element.remove();
  const styles = takeStyles(mail.body);
  const body = target.importNode(mail.body, true);
  target.body.replaceWith(body);
  const elements = [body, ...body.querySelectorAll("*")];
  styles.forEach((style, index) => {
    if (style) elements[index].style.cssText = style;
  });
  const Sheet = frame.contentWindow.CSSStyleSheet;
  target.adoptedStyleSheets = sheets.map((text) => {
    const sheet = new Sheet();
    sheet.replaceSync(text);
    return sheet;
  });
  target.documentElement.lang = mail.documentElement.lang;
  const fit = () => {
    frame.style.height = `${Math.ceil(target.documentElement.scrollHeight)}px`;
  };
  fit();
  new frame.contentWindow.ResizeObserver(fit).observe(body);
}

/// Browsers complain of styles and handlers already when a text is read, so they get other names
/// before: sheets become data, which no script element of a type that isn't one runs.
function withoutInline(html) {
  return html
    .replaceAll(/<style\b/gi, '<script type="text/css" data-sheet')
    .replaceAll(/<\/style\b/gi, "</script")
    .replaceAll(/(\s)(style|on[a-z]+)(\s*=)/gi, "$1data-was-$2$3");
}

/// Takes styles, handlers and strange addresses off all elements, in the order of the document;
/// answers with the styles.
function takeStyles(body) {
  return [body, ...body.querySelectorAll("*")].map((element) => {
    const style = element.getAttribute("data-was-style");
    for (const { name, value } of [...element.attributes]) {
      const isAddress = ["href", "src", "action", "background"].includes(name);
      const isLocal = /^\s*(https?:|mailto:|data:image\/|#)/i.test(value);
      if (name === "style" || name.startsWith("on") || (isAddress && !isLocal)) {
        element.removeAttribute(name);
      }
    }
    if (element.localName === "a") {
      element.setAttribute("target", "_blank");
      element.setAttribute("rel", "noopener noreferrer");
    }
    return style;
  });
}
