// Add provider: the policies follow what is typed, the stages follow the verification, and nothing typed is lost.
import { Refusal, respond, withPresence } from "./api.js";
import { busy, Cancelled, enableCopying, explain, fields } from "./dialogs.js";
import { showStage } from "./stages.js";
import { events } from "./streams.js";

const form = document.getElementById("provider");
const failure = document.getElementById("failure");
const stages = document.getElementById("stages");
const input = (name) => form.elements[name];

const keyGrammar = /^arn:(aws[a-z-]*):kms:([a-z0-9-]+):(\d{12}):(key\/[A-Za-z0-9-]{1,128}|alias\/[A-Za-z0-9/_-]{1,250})$/;
const roleGrammar = /^arn:(aws[a-z-]*):iam::(\d{12}):role\/[\w+=,.@/-]{1,576}$/;

// What the service will refuse anyway, said as it is typed. The service decides.
const judge = {
  kms_key_ref: (text) => keyGrammar.test(text) ? "" : "An ARN of a KMS key or alias: arn:aws:kms:REGION:ACCOUNT:key/ID or …:alias/NAME",
  "config.role_arn": (text) => roleGrammar.test(text) ? "" : "An ARN of an IAM role: arn:aws:iam::ACCOUNT:role/NAME",
  "config.region": (text) => {
    const region = keyGrammar.exec(input("kms_key_ref").value)?.[2];
    return region && region !== text ? `The key is in ${region}` : "";
  },
  "config.external_id": (text) => /^[\w+=,.@:/-]{2,1224}$/.test(text) ? "" : "2 to 1224 letters, digits and _ + = , . @ : / -",
};

function say(name, reason) {
  const place = form.querySelector(`[data-field="${CSS.escape(name)}"]`);
  if (!place) return false;
  place.textContent = reason;
  input(name).setAttribute("aria-invalid", String(reason !== ""));
  return true;
}

const check = (name) => say(name, input(name).value === "" ? "" : judge[name](input(name).value.trim()));

form.addEventListener("input", ({ target }) => {
  if (target.name === "kms_key_ref") {
    const region = keyGrammar.exec(target.value.trim())?.[2];
    if (region && input("config.region").value === "") input("config.region").value = region;
    check("config.region");
  }
  if (judge[target.name]) check(target.name);
  fillPolicies();
});

const blanks = [...document.querySelectorAll("[data-policy]")].map((place) => ({ place, text: place.textContent }));
const proposed = input("config.external_id").value;
function fillPolicies() {
  const key = input("kms_key_ref").value.trim();
  const externalID = input("config.external_id").value.trim();
  const partition = keyGrammar.exec(key)?.[1];
  for (const { place, text } of blanks) {
    place.textContent = text
      .replaceAll(proposed, () => externalID || proposed)
      .replaceAll("KMS_KEY_ARN", () => (keyGrammar.test(key) && !key.includes(":alias/") ? key : "KMS_KEY_ARN"))
      .replaceAll("arn:aws:", () => `arn:${partition ?? "aws"}:`);
  }
  const shown = document.getElementById("external-id");
  if (shown) shown.textContent = externalID || proposed;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  failure.hidden = true;
  stages.replaceChildren();
  const typed = Object.fromEntries(Object.entries(fields(form)).map(([name, value]) => [name, value.trim()]));
  const missing = Object.keys(judge).filter((name) => typed[name] === "");
  for (const name of missing) say(name, "Is needed");
  if (missing.length > 0) return input(missing[0]).focus();
  const body = {
    provider: form.elements.provider.value, kms_key_ref: typed.kms_key_ref,
    config: { region: typed["config.region"], role_arn: typed["config.role_arn"], external_id: typed["config.external_id"] },
  };
  try {
    await busy(event.submitter, () => withPresence((headers) => onboard(body, headers)));
    location.assign("/settings/security/tenant-kms");
  } catch (error) {
    if (error instanceof Cancelled) return;
    const unplaced = Object.entries(error.fields ?? {}).filter(([name, reasons]) => !say(name, reasons.join("; ")));
    failure.textContent = [explain(error), ...unplaced.map(([name, reasons]) => `${name} ${reasons.join("; ")}`)].join(" ");
    failure.hidden = false;
  }
});

async function onboard(body, headers) {
  const response = await respond("POST", "/admin/tenant-kms", body, { ...headers, Accept: "text/event-stream" });
  for await (const { event, data } of events(response)) {
    if (event === "verification.stage") showStage(stages, data);
    if (event === "error") throw new Refusal(data.status, data.error);
    if (event === "result") return data;
  }
  throw new Refusal(0, { type: "unreachable", message: "The connection was lost before the answer. Look at Tenant KMS before you try again." });
}

enableCopying();
