// Settings → Security → Tenant KMS: follows what happens, and pulls the levers.
import { send } from "./api.js";
import { ask, busy, Cancelled } from "./dialogs.js";
import { explain, showChecks } from "./stages.js";
import { plot } from "./plot.js";

const base = "/admin/tenant-kms";
const failure = document.getElementById("failure");
const live = document.getElementById("live");
const number = new Intl.NumberFormat("en");

// What the page shows has one source, its template: after every change that isn't mere progress it is fetched again,
// and whatever differs takes the place of what was.
let refreshing = null;
let isStale = false;
async function refresh() {
  if (refreshing) { isStale = true; return refreshing; }
  isStale = false;
  refreshing = reload();
  try { await refreshing; } finally { refreshing = null; }
  if (isStale) await refresh();
}

async function reload() {
  const response = await fetch(location.pathname, { headers: { Accept: "text/html" } });
  if (!response.ok || response.redirected) return;
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const place of document.querySelectorAll("[data-live]")) {
    const next = fresh.getElementById(place.id);
    const checks = place.querySelector(".checks");
    if (!next || same(place, next)) continue;
    const focused = place.contains(document.activeElement) ? document.activeElement.dataset.action : null;
    place.replaceChildren(...next.childNodes);
    if (checks) place.querySelector(".checks")?.replaceWith(checks);
    if (focused) place.querySelector(`[data-action="${focused}"]`)?.focus();
  }
}

function same(place, next) {
  const bare = (element) => { const copy = element.cloneNode(true); copy.querySelector(".checks")?.remove(); return copy.innerHTML; };
  return bare(place) === bare(next);
}

function showProgress(next) {
  plot(document.getElementById("throughput"), next);
  const place = (name) => document.querySelector(`[data-job="${name}"]`);
  const shown = place("bar")?.dataset;
  if (shown?.lease !== next.rewrap_lease_id || shown.status !== next.status) return refresh();
  if (next.total > 0) place("bar").max = next.total;
  if (next.total > 0) place("bar").value = next.processed + next.failed;
  place("processed").textContent = number.format(next.processed);
  place("total").textContent = number.format(next.total);
  place("rate").textContent = next.rows_per_second === null ? "" : `${number.format(next.rows_per_second)} per second`;
  place("left").textContent = next.eta_seconds === null ? "" : `${number.format(next.eta_seconds)} s left`;
  place("failed").hidden = next.failed === 0;
  place("failed").textContent = `${number.format(next.failed)} failed`;
}

// The browser asks again by itself when the connection breaks; when the service refuses, as it does when the session is
// over, that is for us to do.
function follow() {
  const source = new EventSource(`${base}/events`);
  // What happened to the keys while nobody listened is not told again.
  source.onopen = () => { live.textContent = "Live"; if (isStale) refresh(); };
  source.onerror = () => {
    isStale = true;
    live.textContent = "Connecting again…";
    if (source.readyState === EventSource.CLOSED) setTimeout(followAgain, 2000);
  };
  source.addEventListener("rewrap.progress", (event) => showProgress(JSON.parse(event.data)));
  // A stream begins with what is the case, which the page mostly shows already.
  source.addEventListener("tenant.sealed", () => { if (!document.getElementById("sealed-title")) refresh(); });
  source.addEventListener("tenant.unsealed", () => { if (document.querySelector("#notice section")) refresh(); });
  for (const name of ["key.rotated", "key.revoked"]) source.addEventListener(name, refresh);
}

async function followAgain() {
  try {
    await send("GET", `${base}/rewrap`);
    follow();
  } catch (error) {
    if (error instanceof Cancelled) live.textContent = "Not live: your session has ended. Reload to sign in.";
    else setTimeout(followAgain, 2000);
  }
}

async function verifyChain() {
  const place = document.getElementById("chain");
  try {
    const { ok, rows, first_bad_sequence: bad } = await send("GET", "/admin/audit/chain/verify");
    place.textContent = ok
      ? `The audit chain verifies: every hash was computed anew. ${number.format(rows)} of its rows are yours.`
      : `The audit chain does NOT verify: row ${bad} is not what was written. Tell your auditor.`;
    place.className = ok ? "" : "failure";
  } catch (error) {
    if (!(error instanceof Cancelled)) place.textContent = `The audit chain was not verified: ${error.message}`;
  }
}

const actions = {
  rotate: () => ask("rotate", () => send("POST", `${base}/rotate`)),
  unseal: () => ask("unseal", () => send("POST", `${base}/unseal`)),
  remove: () => ask("remove", () => send("DELETE", base)),
  revoke: ({ version, rows }) => {
    const dialog = document.getElementById("revoke");
    dialog.querySelector("[data-version]").textContent = version;
    dialog.querySelector("[data-rows]").textContent = rows === "0"
      ? "No value is encrypted under it any more." : `${rows} values are still encrypted under it.`;
    return ask("revoke", (fields) => send("POST", `${base}/versions/${version}/revoke`, fields));
  },
  verify: async () => {
    const list = document.getElementById("checks");
    list.replaceChildren();
    showChecks(list, (await send("POST", `${base}/verify`)).checks);
  },
  pause: ({ lease }) => send("POST", `${base}/rewrap/${lease}/pause`),
  resume: ({ lease }) => send("POST", `${base}/rewrap/${lease}/resume`),
  "retry-failed": ({ lease }) => send("POST", `${base}/rewrap/${lease}/retry-failed`),
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-action]");
  if (!button) return;
  failure.hidden = true;
  try {
    await busy(button, () => actions[button.dataset.action](button.dataset));
    await refresh();
  } catch (error) {
    if (error instanceof Cancelled) return;
    failure.textContent = explain(error);
    failure.hidden = false;
  }
});

follow();
verifyChain();
