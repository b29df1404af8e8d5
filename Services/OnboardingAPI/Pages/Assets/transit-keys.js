// Transit keys: makes new ones.
import { send } from "./api.js";
import { ask } from "./dialogs.js";
import { enable } from "./page.js";

enable({ create: () => ask("create", (typed) => send("POST", "/admin/transit-keys", typed)) });
