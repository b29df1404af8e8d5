// One transit key: rotates it, changes its settings, destroys its older versions.
import { send } from "./api.js";
import { ask } from "./dialogs.js";
import { enable } from "./page.js";

const path = `/admin${location.pathname}`;

enable({
  rotate: () => ask("rotate", () => send("POST", `${path}/rotate`)),
  change: ({ description, deletion }) => ask(
    "change", (typed) => send("PATCH", path, typed), { description, deletion_allowed: deletion === "true" }),
  destroy: ({ version }) => {
    document.querySelector("#destroy [data-version]").textContent = version;
    return ask("destroy", () => send("DELETE", `${path}/versions/${version}`));
  },
});
