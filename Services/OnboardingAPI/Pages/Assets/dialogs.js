// Forms, in native dialogs or on the page: the browser keeps the focus inside a dialog and gives it back where it was.

/** Thrown when the person closes a dialog without going on. */
export class Cancelled extends Error {}

/** Opens the dialog, filled in with `initial`, and, each time it is submitted, tries to go on with its fields, until that succeeds. */
export function ask(id, goOn, initial = {}) {
  const dialog = document.getElementById(id);
  const form = dialog.querySelector("form");
  form.reset();
  for (const part of form.querySelectorAll("details")) part.open = false;
  for (const [name, value] of Object.entries(initial)) {
    const field = form.elements[name];
    if (field.type === "checkbox") field.checked = value;
    else field.value = value;
  }
  show(form, null);
  dialog.showModal();
  return new Promise((resolve, reject) => {
    const end = (finish) => {
      form.removeEventListener("submit", submitted);
      dialog.removeEventListener("cancel", cancelled);
      // What was typed may be a secret.
      form.reset();
      dialog.close();
      finish();
    };
    const cancelled = (event) => {
      event.preventDefault();
      end(() => reject(new Cancelled()));
    };
    const submitted = async (event) => {
      event.preventDefault();
      if (event.submitter?.value === "cancel") return end(() => reject(new Cancelled()));
      try {
        const result = await busy(event.submitter, () => goOn(fields(form)));
        end(() => resolve(result));
      } catch (failure) {
        if (failure instanceof Cancelled) return;
        show(form, failure);
        (form.querySelector("[aria-invalid=true]") ?? form.querySelector("input:not([type=checkbox]), textarea"))?.focus();
      }
    };
    form.addEventListener("submit", submitted);
    dialog.addEventListener("cancel", cancelled);
  });
}

/** Lays out every dialog once, unseen, after the page was painted: whichever is opened first then finds its fonts loaded. */
export function layOutDialogs() {
  requestAnimationFrame(() => setTimeout(() => {
    const closed = [...document.querySelectorAll("dialog:not([open])")];
    for (const { style } of closed) Object.assign(style, { display: "block", visibility: "hidden" });
    for (const dialog of closed) dialog.getBoundingClientRect();
    for (const { style } of closed) Object.assign(style, { display: "", visibility: "" });
  }));
}

/** Shows a text that must not stay on the page, until the person closes the dialog. */
export async function disclose(title, note, text) {
  const place = (id) => document.getElementById(`shown-${id}`);
  place("title").textContent = title;
  place("note").textContent = note;
  place("text").textContent = text;
  try { await ask("shown", async () => {}); } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
  } finally { place("text").textContent = ""; }
}

/** A form's fields by name: strings, booleans for check boxes, and lists for check boxes that have values. */
export function fields(form) {
  const found = {};
  for (const element of form.elements) {
    const { name, type, value, checked } = element;
    if (!name || type === "radio") continue;
    if (type !== "checkbox") found[name] = value;
    else if (!element.hasAttribute("value")) found[name] = checked;
    else found[name] = [...(found[name] ?? []), ...(checked ? [value] : [])];
  }
  return found;
}

/** Says what failed where the form has places for it: beside its fields, and the rest in its alert; null for nothing. */
export function show(form, failure) {
  for (const place of form.querySelectorAll("[data-field]")) say(form, place.dataset.field, "");
  const alert = form.querySelector("[role=alert]");
  if (!alert) return;
  alert.hidden = failure === null;
  if (failure === null) return;
  const unplaced = Object.entries(failure.fields ?? {}).filter(([name, reasons]) => !say(form, name, reasons.join("; ")));
  alert.textContent = [explain(failure), ...unplaced.map(([name, reasons]) => `${name} ${reasons.join("; ")}`)].join(" ");
}

/** Says what is wrong with a field beside it, or nothing any more; false where the form has no such field. */
export function say(form, name, reason) {
  const field = form.elements[name];
  if (!(field instanceof HTMLElement)) return false;
  let place = form.querySelector(`[data-field="${CSS.escape(name)}"]`);
  if (!place) {
    place = document.createElement("p");
    place.className = "field-error";
    place.dataset.field = name;
    place.id = `${form.closest("[id]").id}-${name}-error`;
    field.closest("label").after(place);
    field.setAttribute("aria-describedby", place.id);
  }
  place.textContent = reason;
  const folded = field.closest("details");
  if (folded && reason) folded.open = true;
  field.setAttribute("aria-invalid", String(reason !== ""));
  return true;
}

/** What a refusal says, in sentences. */
export function explain(refusal) {
  const code = refusal.provider_code ? ` (${refusal.provider_code})` : "";
  return refusal.hint ? `${refusal.reason} at ${refusal.stage}${code}. ${refusal.hint}` : refusal.message;
}

/** Runs an action; pressing its button again meanwhile is `Cancelled`. A disabled one could not take the focus back. */
export async function busy(button, action) {
  if (button.ariaDisabled === "true") throw new Cancelled();
  button.ariaDisabled = "true";
  try { return await action(); } finally { button.ariaDisabled = null; }
}

/** Gives every copy button its work: `data-copy` names the element whose text is copied. */
export function enableCopying() {
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    const label = button.firstChild;
    label.data = "Copied";
    setTimeout(() => { label.data = "Copy"; }, 2000);
  });
}
