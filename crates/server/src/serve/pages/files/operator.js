// The operator's page: mail that was kept, jobs, consumers. The token stays in this tab.

import { mailFrame } from "/pages/mail-frame.js";

const KEY = "bushel.operator_token";
const VIEWS = ["mailbox", "jobs", "consumers"];

const $ = (selector, within = document) => within.querySelector(selector);
const toast = $("#toast");

/// An element with attributes and children; texts become text, never markup.
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") element.addEventListener("click", value);
    else if (value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
}

function time(text) {
  const moment = new Date(text);
  const shown = moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
  return make("time", { datetime: text, title: text }, shown);
}

let toastTimer;
function say(text, isGood = false) {
  toast.textContent = text;
  toast.className = isGood ? "notice good" : "notice bad";
  toast.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { toast.hidden = true; }, 8000);
}

// Requests

class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? `the server answered ${status}`);
    this.status = status;
  }
}

/// Asks the API; throws `Refused`, and signs out where the token is not good any more.
async function ask(path, { method = "GET", body } = {}) {
  const headers = { Authorization: `Bearer ${sessionStorage.getItem(KEY)}` };
  if (body) headers["Content-Type"] = "application/json";
  const response = await fetch(path, {
    method,
    headers,
    body: body && JSON.stringify(body),
    cache: "no-store",
    credentials: "omit",
  }).catch(() => {
    throw new Refused(0, { detail: "the server can't be reached; try again in a moment" });
  });
  if (response.ok) return response.status === 204 ? null : response.json();
  const problem = await response.json().catch(() => ({}));
  if (response.status === 401) signOut("The token is not good any more. Sign in again.");
  throw new Refused(response.status, problem);
}

/// Runs what a person asked for; says what went wrong.
async function run(work, button) {
  if (button) button.disabled = true;
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status !== 401) say(error.message);
  } finally {
    if (button) button.disabled = false;
  }
}

function query(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value);
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

// Signing in and out

const signInForm = $("#sign-in form");
const signInNotice = $("#sign-in .notice");

function signOut(why) {
  sessionStorage.removeItem(KEY);
  for (const view of VIEWS) $(`#${view}`).hidden = true;
  closeMail();
  dialog.close();
  for (const list of document.querySelectorAll(".list, .rows, tbody")) list.replaceChildren();
  $("header").hidden = true;
  $("#sign-in").hidden = false;
  signInNotice.hidden = !why;
  signInNotice.className = "notice bad";
  signInNotice.textContent = why ?? "";
  $("#token").focus();
}

signInForm.addEventListener("submit", (event) => {
  event.preventDefault();
  const field = $("#token");
  const token = field.value.trim();
  if (!token) return field.focus();
  const button = $("button", signInForm);
  button.disabled = true;
  sessionStorage.setItem(KEY, token);
  ask("/v1/admin/consumers")
    .then(() => {
      field.value = "";
      $("#sign-in").hidden = true;
      start();
    })
    .catch((error) => signOut(error.status === 401 ? "This is not the operator's token." : error.message))
    .finally(() => { button.disabled = false; });
});
$("#sign-out").addEventListener("click", () => signOut());

// Views

function wanted() {
  const [view, id] = location.hash.slice(1).split("/");
  return VIEWS.includes(view) ? [view, id] : ["mailbox", undefined];
}

let shown;
function show() {
  if (!sessionStorage.getItem(KEY)) return;
  const [view, id] = wanted();
  for (const name of VIEWS) $(`#${name}`).hidden = name !== view;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.dataset.view === view) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${$(`#${view} h1`).textContent} · Bushel`;
  if (shown !== view) {
    shown = view;
    run(LOAD[view]);
  }
  if (view === "mailbox") id ? run(() => openMail(id)) : closeMail();
}

function start() {
  $("header").hidden = false;
  shown = undefined;
  show();
}

/// Fills a list page by page; answers with what begins it anew. `row` makes an element of an item.
function pages(view, container, address, row) {
  const more = $(".more", view);
  const empty = $(".empty", view);
  let cursor;
  let turn = 0;
  const load = async (put) => {
    const mine = ++turn;
    const page = await ask(address(cursor));
    // Somebody who was faster than the server has asked for something else since.
    if (mine !== turn) return;
    put(page.data.map(row));
    cursor = page.next_cursor;
    more.hidden = !cursor;
    empty.hidden = container.childElementCount > 0;
  };
  more.addEventListener("click", () => run(() => load((rows) => container.append(...rows)), more));
  return () => {
    cursor = undefined;
    return load((rows) => container.replaceChildren(...rows));
  };
}

// Mailbox

const mailbox = $("#mailbox");
/// A short message has neither subject nor HTML.
const title = (mail) => mail.subject || "Short message";
const detail = $(".detail", mailbox);
const loadMail = pages(
  mailbox,
  $(".list", mailbox),
  (cursor) => `/v1/notifications/mailbox${query({ to: $("#mail-to").value.trim(), cursor })}`,
  (mail) => make("div", { role: "listitem" },
    make("a", { class: "mail", href: `#mailbox/${mail.id}`, "data-id": mail.id },
      make("strong", {}, title(mail)),
      make("span", { class: "to" }, mail.to),
      make("span", { class: "hint" }, mail.kind, " · ", time(mail.created_at)))),
);

function mark(id) {
  for (const link of document.querySelectorAll("a.mail")) {
    if (link.dataset.id === id) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function closeMail() {
  const was = $("a.mail[aria-current]")?.dataset.id;
  detail.hidden = true;
  mailbox.classList.remove("reading");
  $("#mail-html").replaceChildren();
  mark();
  if (was) document.querySelector(`a.mail[data-id="${CSS.escape(was)}"]`)?.focus();
}

async function openMail(id) {
  const mail = await ask(`/v1/notifications/mailbox/${encodeURIComponent(id)}`);
  if (wanted()[1] !== id) return;
  $("h2", detail).textContent = title(mail);
  $(".facts", detail).replaceChildren(
    make("dt", {}, "To"), make("dd", {}, mail.to),
    make("dt", {}, "Kind"), make("dd", {}, make("code", {}, mail.kind)),
    make("dt", {}, "At"), make("dd", {}, time(mail.created_at)));
  $("#mail-html").replaceChildren(mail.html
    ? mailFrame(mail.html, `Mail: ${title(mail)}`)
    : make("p", {}, ...linked(mail.text)));
  $("#mail-text").replaceChildren(...linked(mail.text));
  const headers = Object.entries(mail.headers).map(([name, value]) => `${name}: ${value}`);
  $("#mail-headers").textContent = headers.join("\n");
  detail.hidden = false;
  mailbox.classList.add("reading");
  mark(id);
  detail.focus();
}

/// The text with its addresses as links.
function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"]+)/).map((part, index) => index % 2
    ? make("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part)
    : part);
}

const tabs = [...detail.querySelectorAll("[role=tab]")];
function choose(tab) {
  for (const other of tabs) {
    const isChosen = other === tab;
    other.setAttribute("aria-selected", String(isChosen));
    other.tabIndex = isChosen ? 0 : -1;
    $(`#${other.getAttribute("aria-controls")}`).hidden = !isChosen;
  }
  tab.focus();
}
tabs.forEach((tab, index) => {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) choose(tabs.at((index + step) % tabs.length));
  });
});

const toList = () => { location.hash = "mailbox"; };
$("[data-act=close]", detail).addEventListener("click", toList);
detail.addEventListener("keydown", (event) => { if (event.key === "Escape") toList(); });
$("form", mailbox).addEventListener("submit", (event) => {
  event.preventDefault();
  toList();
  run(loadMail);
});
$("[data-act=reload]", mailbox).addEventListener("click", (event) => run(loadMail, event.target));

// Jobs

const jobs = $("#jobs");
const redriveAll = $("[data-act=redrive-all]", jobs);
const loadJobRows = pages(
  jobs,
  $(".rows", jobs),
  (cursor) => `/v1/admin/jobs${query({
    "filter[state]": $("#job-state").value,
    "filter[kind]": $("#job-kind").value.trim(),
    cursor,
  })}`,
  jobRow,
);
const loadJobs = () => {
  redriveAll.disabled = !$("#job-kind").value.trim();
  return loadJobRows();
};

function jobRow(job) {
  const row = make("article", { class: "card job" },
    make("header", {},
      make("h2", {}, make("code", {}, job.kind)),
      make("span", { class: `state ${job.state}` }, job.state)),
    job.last_error && make("p", { class: "error" }, job.last_error),
    make("dl", { class: "facts" },
      make("dt", {}, "Attempts"), make("dd", {}, String(job.attempts)),
      make("dt", {}, job.state === "waiting" ? "Runs at" : "Ran at"), make("dd", {}, time(job.run_at)),
      ...(job.subject ? [make("dt", {}, "User"), make("dd", {}, make("code", {}, job.subject))] : []),
      make("dt", {}, "Job"), make("dd", {}, make("code", {}, job.id))),
    make("details", {},
      make("summary", {}, "Payload"),
      make("pre", { tabindex: "0" }, JSON.stringify(job.payload, null, 2))));
  const buttons = make("div", { class: "buttons" });
  if (job.state === "dead") {
    buttons.append(make("button", {
      type: "button",
      onclick: (event) => run(async () => {
        await ask(`/v1/admin/jobs/${job.id}/redrive`, { method: "POST" });
        say("It runs again.", true);
        leave(row);
      }, event.target),
    }, "Run again"));
  }
  const comesAgain = job.state === "waiting" && job.key === "recurring";
  if (job.state !== "running" && !comesAgain) {
    buttons.append(make("button", {
      type: "button",
      class: "danger",
      onclick: () => askToDiscard(job, row),
    }, "Discard"));
  }
  row.append(comesAgain ? make("p", { class: "hint" }, "It comes again by itself.") : buttons);
  return row;
}

/// Takes a row away; the focus goes on to its neighbour.
function leave(row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  $(".empty", jobs).hidden = $(".rows", jobs).childElementCount > 0;
  ($("button", next ?? jobs) ?? $("#job-state")).focus();
}

const dialog = $("#discard");
let discarding;
function askToDiscard(job, row) {
  discarding = { job, row };
  $(".lead", dialog).replaceChildren(make("code", {}, job.kind), ` ${job.id}`);
  $("#reason").value = "";
  dialog.showModal();
}
$("button[value=cancel]", dialog).addEventListener("click", () => dialog.close());
$("form", dialog).addEventListener("submit", (event) => {
  event.preventDefault();
  const reason = $("#reason").value.trim();
  if (reason.length < 5) return $("#reason").focus();
  const { job, row } = discarding;
  run(async () => {
    await ask(`/v1/admin/jobs/${job.id}/discard`, { method: "POST", body: { reason } });
    dialog.close();
    say("It is discarded.", true);
    leave(row);
  }, $("button[type=submit]", dialog));
});

$("form", jobs).addEventListener("submit", (event) => {
  event.preventDefault();
  run(loadJobs);
});
$("#job-state").addEventListener("change", () => run(loadJobs));
$("#job-kind").addEventListener("input", (event) => { redriveAll.disabled = !event.target.value.trim(); });
$("[data-act=reload]", jobs).addEventListener("click", (event) => run(loadJobs, event.target));
redriveAll.addEventListener("click", () => run(async () => {
  const kind = $("#job-kind").value.trim();
  const { redriven } = await ask("/v1/admin/jobs/redrive", { method: "POST", body: { kind } });
  say(`${redriven} dead ${redriven === 1 ? "job runs" : "jobs run"} again.`, true);
  await loadJobs();
}, redriveAll));

// Consumers

const consumers = $("#consumers");
async function loadConsumers() {
  const { data } = await ask("/v1/admin/consumers");
  $("tbody", consumers).replaceChildren(...data.flatMap((consumer) => {
    const isBehind = consumer.lag > 0 || consumer.failures > 0;
    const row = make("tr", { class: isBehind ? "behind" : undefined },
      make("th", { scope: "row" }, make("code", {}, consumer.name)),
      make("td", { "data-label": "Context" }, consumer.context),
      make("td", { "data-label": "Position", class: "number" }, consumer.position.toLocaleString()),
      make("td", { "data-label": "Lag", class: "number" }, consumer.lag.toLocaleString()),
      make("td", { "data-label": "Failures", class: "number" }, String(consumer.failures)),
      make("td", { "data-label": "Since" }, time(consumer.updated_at)));
    if (!consumer.last_error) return [row];
    const error = make("td", { colspan: "6", class: "error" }, consumer.last_error);
    return [row, make("tr", { class: "behind" }, error)];
  }));
  $(".scroll", consumers).hidden = data.length === 0;
  $(".empty", consumers).hidden = data.length > 0;
}
$("[data-act=reload]", consumers).addEventListener("click", (event) => run(loadConsumers, event.target));

const LOAD = { mailbox: loadMail, jobs: loadJobs, consumers: loadConsumers };
addEventListener("hashchange", show);
if (sessionStorage.getItem(KEY)) start();
else signOut();
