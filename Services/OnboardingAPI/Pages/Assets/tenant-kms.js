// Settings → Security → Tenant KMS: follows what happens, and pulls the levers.
import { send } from "./api.js";
import { ask, Cancelled } from "./dialogs.js";
import { enable, refresh } from "./page.js";
import { showChecks } from "./stages.js";

const base = "/admin/tenant-kms";
const live = document.getElementById("live");
const number = new Intl.NumberFormat("en");

// Values per second between the last events of a job, as a line.
const plotted = { width: 240, height: 48, most: 60 };
let points = [];
let last = null;
function plot({ rewrap_lease_id: lease, processed }) {
  const now = { lease, processed, at: performance.now() };
  if (last?.lease !== lease) points = [];
  else if (now.at > last.at) points.push(Math.max(0, (processed - last.processed) * 1000 / (now.at - last.at)));
  last = now;
  points = points.slice(-plotted.most);
  const peak = Math.max(...points, 1);
  const x = (index) => (points.length < 2 ? 0 : index * plotted.width / (points.length - 1));
  const y = (rate) => plotted.height - 2 - rate / peak * (plotted.height - 4);
  const svg = document.getElementById("throughput");
  svg.removeAttribute("hidden");
  svg.firstElementChild.setAttribute("points", points.map((rate, index) => `${x(index).toFixed(1)},${y(rate).toFixed(1)}`).join(" "));
}

function showProgress(next) {
  plot(next);
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
let hasMissed = false;
function follow() {
  const source = new EventSource(`${base}/events`);
  // What happened to the keys while nobody listened is not told again.
  source.onopen = () => {
    live.textContent = "Live";
    if (hasMissed) refresh();
    hasMissed = false;
  };
  source.onerror = () => {
    hasMissed = true;
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

enable(actions);
follow();
verifyChain();
