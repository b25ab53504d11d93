// What the links in mails lead to. Opening the page does nothing: the button does, because
// programs that look into mails open every link.

const GERMAN = {
  "email": "E-Mail-Adresse",
  "code": "Code",
  "verify.title": "E-Mail-Adresse bestätigen",
  "verify.link": "Ein Klick, und du kannst dich mit der Adresse anmelden.",
  "verify.code": "Gib den Code aus der Mail ein.",
  "verify.button": "Meine E-Mail-Adresse bestätigen",
  "confirm.title": "Bist du das?",
  "confirm.email_title": "Deine neue E-Mail-Adresse",
  "confirm.none_title": "Da fehlt etwas",
  "confirm.sign_in": "Jemand meldet sich mit deinem Passwort an. Bestätige das nur, wenn du es bist, gerade eben.",
  "confirm.email": "Nimm diese Adresse als neue E-Mail-Adresse deines Kontos. Dazu musst du in diesem Browser angemeldet sein.",
  "confirm.none": "Dieser Link ist nicht vollständig. Öffne ihn noch einmal aus der Mail, oder gib den Code aus der Mail in der App ein.",
  "confirm.sign_in_button": "Ja, melde mich an",
  "confirm.email_button": "Meine neue E-Mail-Adresse bestätigen",
  "confirm.not_you": "Du bist das nicht? Schließe diese Seite und ändere dein Passwort: jemand kennt es.",
  "reset.title": "Neues Passwort setzen",
  "reset.lead": "Wer an deinem Konto angemeldet ist, wird dann abgemeldet.",
  "reset.password": "Neues Passwort",
  "reset.hint": "Mehrere Wörter sind leicht zu merken und schwer zu erraten.",
  "reset.show": "Anzeigen",
  "reset.factor": "Code deiner Authenticator-App oder ein Wiederherstellungscode",
  "reset.button": "Passwort setzen",
};

const MESSAGES = {
  en: {
    "verify.done": "Your e-mail address is confirmed. You can sign in now.",
    "confirm.sign_in_done": "Confirmed. You can go on.",
    "confirm.email_done": "This is the e-mail address of your account now.",
    "reset.done": "The new password is set. You can sign in with it.",
    "refused": "This link or code is wrong, was used already, or has expired. Ask for a new mail.",
    "sign_in_gone": "This sign-in has expired or was confirmed already. Sign in again.",
    "second_factor": "Your account has an authenticator app: give its code, or a recovery code, too.",
    "not_signed_in": "Sign in in this browser first, then open the link from the mail again.",
    "missing": "Please fill in every field.",
    "busy": "Too many attempts. Wait a while, then try again.",
    "offline": "The server can't be reached. Try again in a moment.",
    "failed": "Something went wrong on our side. Try again in a moment.",
  },
  de: {
    "verify.done": "Deine E-Mail-Adresse ist bestätigt. Du kannst dich jetzt anmelden.",
    "confirm.sign_in_done": "Bestätigt. Es kann weitergehen.",
    "confirm.email_done": "Das ist jetzt die E-Mail-Adresse deines Kontos.",
    "reset.done": "Das neue Passwort ist gesetzt. Du kannst dich damit anmelden.",
    "refused": "Dieser Link oder Code ist falsch, schon benutzt oder abgelaufen. Fordere eine neue Mail an.",
    "sign_in_gone": "Diese Anmeldung ist abgelaufen oder schon bestätigt. Melde dich noch einmal an.",
    "second_factor": "Dein Konto hat eine Authenticator-App: gib auch ihren Code ein, oder einen Wiederherstellungscode.",
    "not_signed_in": "Melde dich zuerst in diesem Browser an und öffne den Link dann noch einmal.",
    "missing": "Bitte fülle jedes Feld aus.",
    "busy": "Zu viele Versuche. Warte eine Weile und versuche es dann noch einmal.",
    "offline": "Der Server ist nicht erreichbar. Versuche es gleich noch einmal.",
    "failed": "Bei uns ist etwas schiefgegangen. Versuche es gleich noch einmal.",
  },
};

const page = document.body.dataset.page;
const form = document.querySelector("form");
const notice = document.querySelector(".notice[role=status]");
const language = navigator.language.toLowerCase().startsWith("de") ? "de" : "en";

// From the query or the fragment. Out of the address bar at once, so that it is neither in the
// history nor on a screenshot.
const given = new URLSearchParams(location.search);
for (const [name, value] of new URLSearchParams(location.hash.slice(1))) given.set(name, value);
const token = given.get("token");
const signIn = given.get("sign_in");
history.replaceState(null, "", location.pathname);

function message(name) {
  return MESSAGES[language][name];
}

function translate() {
  if (language !== "de") return;
  document.documentElement.lang = "de";
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = GERMAN[element.dataset.text];
  }
}

/// Shows what belongs to `names`, and hides what belongs to others.
function show(...names) {
  for (const element of document.querySelectorAll("[data-show]")) {
    element.hidden = !names.includes(element.dataset.show);
  }
}

function say(text, isGood) {
  notice.textContent = text;
  notice.className = isGood ? "notice good" : "notice bad";
  notice.hidden = false;
}

function finish(name) {
  form.hidden = true;
  say(message(name), true);
  notice.tabIndex = -1;
  notice.focus();
}

function value(name) {
  return form.elements.namedItem(name)?.value.trim() ?? "";
}

/// The token of the link, or else what was typed in; null if something is missing.
function proof() {
  if (token) return { token };
  const email = value("email");
  const code = value("code").replaceAll(/[\s-]/g, "");
  return email && code ? { email, code } : null;
}

/// What is asked of the server; null if something is missing.
function request() {
  const shown = proof();
  if (!shown) return null;
  if (page === "verify") {
    return { path: "/v1/identity/email-verifications", body: shown, done: "verify.done" };
  }
  if (page === "confirm") {
    return signIn
      ? {
          path: `/v1/identity/sign-ins/${encodeURIComponent(signIn)}/confirm`,
          body: shown,
          done: "confirm.sign_in_done",
        }
      : { path: "/v1/identity/email/confirm", body: shown, done: "confirm.email_done" };
  }
  const password = form.elements.namedItem("password").value;
  if (!password) return null;
  const body = { ...shown, password };
  const factor = value("factor").replaceAll(" ", "");
  if (factor) body[/^\d{6}$/.test(factor) ? "totp" : "recovery_code"] = factor;
  return { path: "/v1/identity/password-resets/confirm", body, done: "reset.done" };
}

function refusal(status, problem) {
  switch (problem.code) {
    case "identity.challenge.refused":
      return message("refused");
    case "identity.sign_in.not_found":
      return message("sign_in_gone");
    case "identity.second_factor.required":
      document.querySelector("[data-show=factor]").hidden = false;
      document.querySelector("#factor").focus();
      return message("second_factor");
  }
  if (status === 401) return message("not_signed_in");
  if (status === 429) return message("busy");
  if (status >= 500 || !problem.detail) return message("failed");
  const detail = problem.errors?.[0]?.detail ?? problem.detail;
  return detail.charAt(0).toUpperCase() + detail.slice(1) + ".";
}

async function send() {
  const wanted = request();
  if (!wanted) return say(message("missing"), false);
  const button = form.querySelector("button[type=submit]:not([hidden])");
  button.disabled = true;
  try {
    // The answer to a sign-in may hold tokens: they are for the app that asked, not for a page,
    // so nothing is read from it. A cookie is set by the server.
    const response = await fetch(wanted.path, {
      method: "POST",
      credentials: "same-origin",
      cache: "no-store",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(wanted.body),
    });
    if (response.ok) return finish(wanted.done);
    say(refusal(response.status, await response.json().catch(() => ({}))), false);
  } catch {
    say(message("offline"), false);
  } finally {
    button.disabled = false;
  }
}

translate();
if (page === "confirm") {
  show(token ? (signIn ? "sign-in" : "email") : "none");
} else {
  show(token ? "link" : "code");
}
document.querySelector("#show")?.addEventListener("change", (event) => {
  document.querySelector("#password").type = event.target.checked ? "text" : "password";
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
