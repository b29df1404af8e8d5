// The stages of a verification, as they go.
const titles = {
  validate: "The key reference is well-formed",
  credentials: "We have an identity of our own",
  assume_role: "Your cloud account lets us in",
  confused_deputy: "It lets in nobody without the external ID",
  encrypt: "Your key encrypts",
  decrypt: "Your key decrypts to the same bytes",
  key_state: "What your key tells about itself",
};

/** Shows one stage in a list: `{stage, state: started | waiting | passed | failed, ms, detail}`. */
export function showStage(list, { stage, state, ms, detail }) {
  list.hidden = false;
  let item = list.querySelector(`[data-stage="${CSS.escape(stage)}"]`);
  if (!item) {
    item = list.appendChild(document.createElement("li"));
    item.dataset.stage = stage;
    for (const name of ["name", "ms", "detail"]) item.appendChild(document.createElement("span")).className = name;
    item.querySelector(".name").textContent = titles[stage] ?? stage;
  }
  item.dataset.state = state;
  item.querySelector(".ms").textContent = ms === undefined ? "" : `${ms} ms`;
  item.querySelector(".detail").textContent = detail ?? "";
}

/** Shows the answer of a verification that streamed nothing. */
export function showChecks(list, checks) {
  for (const { stage, ok, ms, detail } of checks) showStage(list, { stage, state: ok ? "passed" : "failed", ms, detail });
}
