// What htmx leaves to us: focus, title, failures, the countdown, and small comforts. Everything works without it.
(() => {
  "use strict";
  const step = () => document.getElementById("step");
  const status = document.getElementById("status");
  const say = (words) => { status.textContent = words; };
  const sentByForm = (event) => event.detail.ctx?.sourceElement?.matches("form");

  // --- fragments are our own: the one policy that may turn text into a page ---------------------------------
  if (window.trustedTypes && window.htmx) {
    const policy = trustedTypes.createPolicy("htmx", {
      createHTML: (html) => html,
      createScript: () => { throw new TypeError("fragments carry no scripts"); },
    });
    htmx.registerExtension("trusted-types", { init: (api) => api.initSecurity(policy) });
  }

  // --- a new step: focus, timers ----------------------------------------------------------------------------
  let shown = step();
  const arrive = () => {
    if (step() === shown) return prepare();
    shown = step();
    say("");
    prepare();
    shown.querySelector("[data-focus]")?.focus();
    window.scrollTo(0, 0);
  };

  // --- the code's two minutes: seen by all, spoken at the start, at 60 s, at 30 s and at the end -------------
  let timer;
  const countDown = (box) => {
    clearInterval(timer);
    if (!box) return;
    const { left: leftWords, over, sixty, thirty } = box.querySelector("[data-words]").dataset;
    const end = performance.now() + Number(box.dataset.seconds) * 1000;
    const clock = box.querySelector("[data-countdown]");
    const spoken = new Set();
    const speakOnce = (words) => { if (!spoken.has(words)) { spoken.add(words); say(words); } };
    const tick = () => {
      const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      clock.textContent = leftWords.replace("%s", `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`);
      if (left <= 60 && left > 58) speakOnce(sixty);
      if (left <= 30 && left > 28) speakOnce(thirty);
      if (left > 0) return;
      clearInterval(timer);
      speakOnce(over);
      box.querySelector("[data-over]").hidden = false;
      clock.parentElement.hidden = true;
    };
    clock.parentElement.hidden = false;
    timer = setInterval(tick, 1000);
    tick();
  };

  // --- showing the password: only with a script can the field change its type --------------------------------
  const offerToShow = (box) => {
    if (!box) return;
    box.closest("label").hidden = false;
    box.addEventListener("change", () => {
      for (const name of ["password", "again"]) {
        document.getElementById(name).type = box.checked ? "text" : "password";
      }
    });
  };

  const prepare = () => {
    const code = document.getElementById("code-time");
    if (code !== prepare.code) countDown(code?.dataset.seconds ? code : null);
    prepare.code = code;
    const box = document.querySelector("[data-show-password]");
    if (box !== prepare.box) offerToShow(box);
    prepare.box = box;
  };

  // --- the network: busy while it works, a plain word when it fails, nothing lost ---------------------------
  const failed = () => {
    step().querySelector(".notice-error")?.remove();
    const words = document.getElementById("offline-message").content.cloneNode(true);
    step().querySelector("form").before(words);
  };

  document.addEventListener("htmx:before:request", (event) => {
    if (sentByForm(event)) {
      step().setAttribute("aria-busy", "true");
      step().querySelector(".notice-error")?.remove();
    }
  });
  document.addEventListener("htmx:finally:request", () => step().removeAttribute("aria-busy"));
  document.addEventListener("htmx:finally:swap", arrive);
  document.addEventListener("htmx:error", (event) => { if (sentByForm(event)) failed(); });
  // A poll or a live check that fails must not take the page away from under a customer.
  document.addEventListener("htmx:before:swap", (event) => {
    if (!sentByForm(event) && event.detail.ctx.response.status >= 400) event.preventDefault();
  });

  prepare();
  shown.querySelector(".summary[data-focus]")?.focus();
})();
