// Account: enrols an authenticator.
import { send } from "./api.js";
import { busy, Cancelled, enableCopying, fields, show } from "./dialogs.js";

const begin = document.getElementById("begin");
const confirm = document.getElementById("confirm");

function onSubmit(form, action) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    show(form, null);
    try {
      await busy(event.submitter, () => action(fields(form)));
      form.reset();
    } catch (error) {
      if (!(error instanceof Cancelled)) show(form, error);
    }
  });
}

onSubmit(begin, async (typed) => {
  const { otpauth_uri: uri, qr_svg: svg } = await send("POST", "/admin/auth/totp", typed);
  document.getElementById("code").src = `data:image/svg+xml;base64,${btoa(svg)}`;
  document.getElementById("secret").textContent = new URL(uri).searchParams.get("secret");
  begin.hidden = true;
  confirm.hidden = false;
  confirm.querySelector("input").focus();
});

onSubmit(confirm, async (typed) => {
  await send("POST", "/admin/auth/totp/confirm", typed);
  confirm.hidden = true;
  begin.hidden = false;
  const state = document.getElementById("state");
  state.textContent = "Your authenticator is set up. What can't be undone asks for its code.";
  state.tabIndex = -1;
  state.focus();
});

enableCopying();
