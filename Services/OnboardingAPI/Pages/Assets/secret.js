// One secret: writes and reveals its values, changes its settings, deletes it.
import { send } from "./api.js";
import { ask, disclose, enableCopying } from "./dialogs.js";
import { enable, timestamp } from "./page.js";

const path = `/admin${location.pathname}`;

enable({
  "set-value": ({ environment }) => ask("set-value", (typed) => send("PUT", `${path}/value`, typed), { environment }),
  reveal: async ({ environment }) => {
    const { value, value_version: version } = await send("POST", `${path}/reveal`, { environment });
    await disclose(`The value in ${environment}`, `Version ${version}. That you saw it is written in the audit chain.`, value);
  },
  change: ({ name, expires, strict }) => ask(
    "change",
    (typed) => send("PATCH", path, { ...typed, expires_at: timestamp(typed.expires_at) }),
    { name, expires_at: expires.slice(0, 16), strict_expiry_enforcement: strict === "true" }),
  delete: async () => {
    await ask("delete", () => send("DELETE", path));
    location.assign("/secrets");
    // This page is over, and there is nothing to bring up to date.
    await new Promise(() => {});
  },
});
enableCopying();
