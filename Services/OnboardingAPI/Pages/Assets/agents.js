// Agents: makes them, shows each one's secret once, and revokes them.
import { send } from "./api.js";
import { ask, disclose, enableCopying } from "./dialogs.js";
import { enable, refresh } from "./page.js";

enable({
  create: async () => {
    const { data: agent } = await ask("create", (typed) => send("POST", "/admin/agents", typed));
    refresh();
    await disclose(
      `The credential of ${agent.name}`, "Its secret is shown this once, and is kept nowhere here.",
      `AGENT_ID=${agent.agent_id}\nAGENT_SECRET=${agent.agent_secret}`);
  },
  revoke: ({ id, name }) => {
    document.querySelector("#revoke [data-name]").textContent = name;
    return ask("revoke", () => send("DELETE", `/admin/agents/${id}`));
  },
});
enableCopying();
