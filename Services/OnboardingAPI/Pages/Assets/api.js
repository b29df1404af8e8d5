// Requests to the service, with the session's cookie. What the server asks for in between, a new sign-in or a code, is
// asked of the person in a dialog, and the request goes on where it was.
import { ask } from "./dialogs.js";

/** What the service refused: `{status, type, message, …}` as the error object has it. */
export class Refusal extends Error {
  constructor(status, error) {
    super(error.message ?? `the service answered with status ${status}`);
    Object.assign(this, error, { status });
  }
}

let stepUpToken = null;

/** Sends a request and answers its JSON, null for none. Throws `Refusal`, or `Cancelled` from a dialog. */
export const send = (method, path, body) => withPresence((headers) => request(method, path, body, headers));

/** Runs a request with the headers it takes, again after the person has signed in or stepped up. */
export async function withPresence(request) {
  for (;;) {
    try {
      return await request(stepUpToken ? { "X-KnoxCall-StepUp": stepUpToken } : {});
    } catch (refusal) {
      if (refusal.type === "authentication_error") await signInAgain();
      else if (refusal.type === "step_up_required") await stepUp();
      else throw refusal;
    }
  }
}

/** One request, whatever comes of it. */
export async function respond(method, path, body, headers = {}) {
  const init = { method, headers: { "X-KnoxCall-CSRF": "1", ...headers } };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers["Content-Type"] = "application/json";
  }
  let response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new Refusal(0, { type: "unreachable", message: "The service can't be reached. Is the network up?" });
  }
  if (!response.ok) throw new Refusal(response.status, (await json(response))?.error ?? {});
  return response;
}

async function request(method, path, body, headers) {
  return json(await respond(method, path, body, headers));
}

async function json(response) {
  const text = await response.text();
  try { return text === "" ? null : JSON.parse(text); } catch { return null; }
}

async function signInAgain() {
  await ask("sign-in-again", (fields) => request("POST", "/admin/auth/login", fields));
}

async function stepUp() {
  await ask("step-up", async (fields) => {
    for (;;) {
      try {
        stepUpToken = (await request("POST", "/admin/auth/step-up", fields)).step_up_token;
        return;
      } catch (refusal) {
        // A wrong code is a 401 too: only a session that has really ended is signed in again.
        if (refusal.type !== "authentication_error" || (await isSignedIn())) throw refusal;
        await signInAgain();
      }
    }
  });
}

async function isSignedIn() {
  try { await request("GET", "/admin/tenant-kms/rewrap"); return true; } catch (refusal) { return refusal.status !== 401; }
}
