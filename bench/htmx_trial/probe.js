// What the trial looks at: events in their order, CSP violations, storage, and an Enter at the first possible moment.
window.probe = { events: [], violations: [], uncaught: [], chain: 0 };
(() => {
  const names = ["before:request", "after:request", "response:error", "before:swap", "before:settle", "after:settle",
    "after:swap", "finally:swap", "finally:request", "error", "beforeRequest", "afterRequest", "responseError",
    "sendError", "timeout", "beforeSwap", "afterSwap", "afterSettle", "swapError"];
  let title = document.title;
  let focus = "";
  for (const name of names) {
    document.addEventListener("htmx:" + name, () => {
      const now = document.activeElement?.tagName ?? "";
      const changes = [title !== document.title && "title", focus !== "" && focus !== now && "focus " + now];
      probe.events.push([name, ...changes.filter(Boolean)].join(" + "));
      title = document.title;
      focus = now;
    });
  }
  document.addEventListener("securitypolicyviolation", (event) => {
    probe.violations.push(event.effectiveDirective + " " + event.blockedURI + " " + event.sample);
  });
  window.addEventListener("error", (event) => probe.uncaught.push(String(event.message)));
  new MutationObserver(() => {
    const form = document.querySelector("[data-step] form");
    if (probe.chain > 0 && form && form !== probe.last) {
      probe.last = form;
      probe.chain -= 1;
      form.elements.dato.value = "ok";
      form.requestSubmit();
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
  probe.state = () => ({
    stored: [...Object.keys(localStorage), ...Object.keys(sessionStorage)].join(" "), history: JSON.stringify(history.state),
    styles: document.querySelectorAll("style,[style]").length, adopted: document.adoptedStyleSheets?.length ?? 0,
  });
})();
