// Native dialogs: the browser keeps the focus inside and gives it back where it was.

/** Thrown when the person closes a dialog without going on. */
export class Cancelled extends Error {}

/** Opens the dialog and, each time it is submitted, tries to go on with its fields, until that succeeds. */
export function ask(id, goOn) {
  const dialog = document.getElementById(id);
  const form = dialog.querySelector("form");
  form.reset();
  show(form, null);
  dialog.showModal();
  return new Promise((resolve, reject) => {
    const end = (finish) => {
      form.removeEventListener("submit", submitted);
      dialog.removeEventListener("cancel", cancelled);
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
        show(form, failure.message);
        form.querySelector("input:not([type=checkbox])")?.select();
      }
    };
    form.addEventListener("submit", submitted);
    dialog.addEventListener("cancel", cancelled);
  });
}

/** A form's fields by name: strings, and booleans for check boxes. */
export function fields(form) {
  const named = [...form.elements].filter((element) => element.name && element.type !== "radio");
  return Object.fromEntries(named.map((element) => [element.name, element.type === "checkbox" ? element.checked : element.value]));
}

/** Says what failed where the form has a place for it; null for nothing. */
export function show(form, message) {
  const place = form.querySelector("[role=alert]");
  if (!place) return;
  place.hidden = message === null;
  place.textContent = message ?? "";
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
