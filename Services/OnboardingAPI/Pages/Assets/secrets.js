// Secrets: makes new ones.
import { send } from "./api.js";
import { ask } from "./dialogs.js";
import { enable, timestamp } from "./page.js";

enable({
  create: () => ask("create", (typed) =>
    send("POST", "/admin/secrets", { ...typed, expires_at: timestamp(typed.expires_at) })),
});
