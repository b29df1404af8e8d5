// What every page does: it runs the actions of its buttons, and shows what became of them.
import { busy, Cancelled, explain, layOutDialogs } from "./dialogs.js";

// What a page shows has one source, its template: after a change it is fetched again, and whatever differs takes the
// place of what was.
let refreshing = null;
let isStale = false;

/** Brings the page up to date; who calls meanwhile is served by one more time. */
export async function refresh() {
  if (refreshing) { isStale = true; return refreshing; }
  isStale = false;
  refreshing = reload();
  try { await refreshing; } finally { refreshing = null; }
  if (isStale) await refresh();
}

async function reload() {
  const response = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" } });
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

/** Gives each button with `data-action` its action, which is told the button's data; what fails is said in `#failure`. */
export function enable(actions) {
  const failure = document.getElementById("failure");
  layOutDialogs();
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
  // What others did meanwhile shows when the person comes back.
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
}

/** A time as a form has it, in UTC, as the service takes it; null for none. */
export const timestamp = (text) => (text === "" ? null : new Date(`${text}Z`).toISOString());
