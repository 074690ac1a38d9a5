// Passkeys (WebAuthn): shows the forms marked data-passkey where the browser can, and puts the device's answer into them.
const fromText = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const named = (list) => (list || []).map((one) => ({ ...one, id: fromText(one.id) }));

function understood(options) {
  return {
    ...options,
    challenge: fromText(options.challenge),
    ...(options.user && { user: { ...options.user, id: fromText(options.user.id) } }),
    ...(options.excludeCredentials && { excludeCredentials: named(options.excludeCredentials) }),
    ...(options.allowCredentials && { allowCredentials: named(options.allowCredentials) }),
  };
}

function written(credential) {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[part]) response[part] = toText(credential.response[part]);
  }
  return JSON.stringify({ id: credential.id, rawId: toText(credential.rawId), type: credential.type, response });
}

async function ask(form) {
  const token = form.elements.csrf_token.value;
  const answer = await fetch(form.dataset.options, { method: "POST", headers: { "X-CSRFToken": token } });
  if (!answer.ok) throw new Error("no options");
  const publicKey = understood(await answer.json());
  const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
  form.elements.credential.value = written(credential);
  // The box stands in the form beside this one.
  const shared = document.querySelector("input[type=checkbox][name=shared_device]");
  if (shared && form.elements.shared_device) form.elements.shared_device.disabled = !shared.checked;
}

function serve(form) {
  const failed = form.querySelector("[data-passkey-failed]");
  form.hidden = false;
  for (const instead of document.querySelectorAll("[data-without-passkeys]")) instead.hidden = true;
  form.addEventListener("submit", (event) => {
    if (form.elements.credential.value) {
      // An answer is good for once: whoever comes back to this page asks anew.
      setTimeout(() => (form.elements.credential.value = ""));
      return;
    }
    event.preventDefault();
    failed.hidden = true;
    ask(form).then(() => form.requestSubmit()).catch(() => {
      failed.hidden = false;
    });
  });
}

if (window.PublicKeyCredential) for (const form of document.querySelectorAll("form[data-passkey]")) serve(form);
