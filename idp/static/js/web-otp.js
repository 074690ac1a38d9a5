// The code fills itself in from the SMS where the phone offers it (WebOTP); otherwise the keyboard suggests it.
const field = document.querySelector("[data-web-otp]");

if (field && "OTPCredential" in window) {
  const stop = new AbortController();
  field.form?.addEventListener("submit", () => stop.abort());
  navigator.credentials
    .get({ otp: { transport: ["sms"] }, signal: stop.signal })
    .then((received) => {
      if (!received || field.value) return;
      field.value = received.code;
      field.form?.requestSubmit();
    })
    .catch(() => {
      // Refused, or nothing came: the citizen types the code.
    });
}
