// API keys: makes them, shows each one once, and revokes them.
import { send } from "./api.js";
import { ask, disclose, enableCopying } from "./dialogs.js";
import { enable, refresh, timestamp } from "./page.js";

enable({
  create: async () => {
    const key = await ask("create", (typed) =>
      send("POST", "/admin/api-keys", { ...typed, expires_at: timestamp(typed.expires_at) }));
    refresh();
    await disclose(`The API key ${key.name}`, "It is shown this once, and is kept nowhere here.", key.api_key);
  },
  revoke: ({ id, name }) => {
    document.querySelector("#revoke [data-name]").textContent = name;
    return ask("revoke", () => send("DELETE", `/admin/api-keys/${id}`));
  },
});
enableCopying();
