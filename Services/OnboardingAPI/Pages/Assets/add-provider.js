// Add provider: the instructions follow what is typed, the stages follow the verification, and nothing typed is lost.
import { Refusal, respond, withPresence } from "./api.js";
import { busy, Cancelled, enableCopying, fields, say, show } from "./dialogs.js";
import { providers } from "./providers.js";
import { showStage } from "./stages.js";
import { events } from "./streams.js";

const stages = document.getElementById("stages");

const typedIn = (form) => Object.fromEntries(Object.entries(fields(form)).map(([name, text]) => [name, text.trim()]));

function follow(form, { judge, suggest, blanks }) {
  const proposed = typedIn(form);
  const instructions = [...document.querySelectorAll(`section[data-provider=${form.dataset.provider}] [data-blanks]`)]
    .map((place) => ({ place, text: place.textContent }));
  form.addEventListener("input", ({ target }) => {
    if (target.name === "kms_key_ref") {
      for (const [name, text] of Object.entries(suggest(target.value.trim()))) form.elements[name].value ||= text ?? "";
    }
    const typed = typedIn(form);
    for (const name of Object.keys(judge)) say(form, name, typed[name] === "" ? "" : judge[name](typed[name], typed));
    const known = blanks(typed, proposed);
    const blank = new RegExp(Object.keys(known).join("|"), "g");
    for (const { place, text } of instructions) place.textContent = text.replace(blank, (name) => known[name] || name);
  });
}

async function submit(form, button) {
  show(form, null);
  stages.replaceChildren();
  const { kms_key_ref: key, ...typed } = typedIn(form);
  const missing = [...form.elements].filter((field) => field.required && field.value.trim() === "");
  for (const field of missing) say(form, field.name, "Is needed");
  if (missing.length > 0) return missing[0].focus();
  const given = Object.entries(typed).filter(([, text]) => text !== "");
  const config = Object.fromEntries(given.map(([name, text]) => [name.replace("config.", ""), text]));
  const body = { provider: form.dataset.provider, kms_key_ref: key, config };
  try {
    await busy(button, () => withPresence((headers) => onboard(body, headers)));
    location.assign("/settings/security/tenant-kms");
  } catch (error) {
    if (!(error instanceof Cancelled)) show(form, error);
  }
}

async function onboard(body, headers) {
  const response = await respond("POST", "/admin/tenant-kms", body, { ...headers, Accept: "text/event-stream" });
  for await (const { event, data } of events(response)) {
    if (event === "verification.stage") showStage(stages, data);
    if (event === "error") throw new Refusal(data.status, data.error);
    if (event === "result") return data;
  }
  throw new Refusal(0, { type: "unreachable", message: "The connection was lost before the answer. Look at Tenant KMS before you try again." });
}

for (const form of document.querySelectorAll("form[data-provider]")) {
  follow(form, providers[form.dataset.provider]);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(form, event.submitter);
  });
}
document.querySelector(".choice").addEventListener("change", () => stages.replaceChildren());
enableCopying();
