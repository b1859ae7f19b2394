// What the site must do itself around htmx: focus, failures, Trusted Types. Both versions, for the trial.
(() => {
  const four = htmx.version.startsWith("4");
  const options = document.documentElement.dataset;
  const event = four
    ? { done: "htmx:finally:swap", swap: "htmx:before:swap", start: "htmx:before:request", failed: ["htmx:error"] }
    : { done: "htmx:afterSettle", swap: "htmx:beforeSwap", start: "htmx:beforeRequest",
        failed: ["htmx:sendError", "htmx:timeout", "htmx:swapError"] };

  if (window.trustedTypes && options.wrapper === "1") {
    if (four) {
      const policy = trustedTypes.createPolicy("htmx", {
        createHTML: (html) => html,
        createScript: () => { throw new TypeError("fragments carry no scripts"); },
      });
      htmx.registerExtension("trusted-types", { init: (api) => api.initSecurity(policy) });
    } else {
      trustedTypes.createPolicy("default", { createHTML: (html) => html });
    }
  }

  const notice = document.getElementById("aviso");
  const fail = (text) => {
    notice.textContent = text;
    notice.focus();
  };
  // Only a form asks for a step; a poll and a live check never speak and never move focus.
  const asksForStep = ({ detail }) => (four ? detail.ctx?.sourceElement : detail.requestConfig?.elt ?? detail.elt)?.matches("form");
  const status = ({ detail }) => (four ? detail.ctx.response.status : detail.xhr.status);
  const isStep = ({ detail }) => four
    ? detail.tasks.some((task) => task.fragment.querySelector("[data-step]"))
    : detail.serverResponse.includes("data-step=");
  const refuse = (swap) => {
    if (four) swap.preventDefault();
    else swap.detail.shouldSwap = false;
  };

  let shown = document.querySelector("[data-step]");
  document.addEventListener(event.done, () => {
    const step = document.querySelector("[data-step]");
    if (step === shown) return;
    shown = step;
    if (options.focus === "none") return;
    step.querySelector(options.focus === "field" ? "input:not([type=hidden])" : "h1").focus();
  });
  document.addEventListener(event.start, (start) => {
    if (asksForStep(start)) notice.textContent = "";
  });
  document.addEventListener(event.swap, (swap) => {
    if (!asksForStep(swap)) {
      if (status(swap) >= 400) refuse(swap);
    } else if (!isStep(swap)) {
      refuse(swap);
      fail("Respuesta inesperada. Intente de nuevo.");
    }
  });
  for (const type of event.failed) {
    document.addEventListener(type, (failure) => {
      if (asksForStep(failure)) fail("No fue posible conectarse. Intente de nuevo.");
    });
  }
})();
