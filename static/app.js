// What htmx leaves to us: focus, failures, the countdown, the warning before the pause ends. Everything works without it.
(() => {
  "use strict";
  const WARNING = 60;
  const step = () => document.getElementById("step");
  const status = document.getElementById("status");
  const say = (words) => { status.textContent = words; };
  const sentForm = (event) => { const from = event.detail.ctx?.sourceElement; return from?.matches?.("form") ? from : null; };

  // --- fragments are our own: the one policy that may turn text into a page ---------------------------------
  if (window.trustedTypes) {
    const policy = trustedTypes.createPolicy("htmx", {
      createHTML: (html) => html,
      createScript: () => { throw new TypeError("fragments carry no scripts"); },
    });
    htmx.registerExtension("trusted-types", { init: (api) => api.initSecurity(policy) });
  }

  // --- a clock that calls `each` with the seconds left, now and every second, until they are over ------------
  // Sleep may stop performance.now(), and setting the device's clock moves Date: whichever says more counts.
  const clock = () => {
    let timer, tick;
    const stop = () => { clearInterval(timer); tick = undefined; };
    const start = (seconds, each) => {
      stop();
      const date = Date.now(), since = performance.now();
      tick = () => {
        const passed = Math.max(Date.now() - date, performance.now() - since) / 1000;
        const left = Math.max(0, Math.ceil(seconds - passed));
        if (left === 0) stop();
        each(left);
      };
      timer = setInterval(tick, 1000);
      tick();
    };
    document.addEventListener("visibilitychange", () => tick?.()); // awake again
    return { start, stop };
  };

  // --- the code's time: seen by all who want to, spoken at the start, at 60 s, at 30 s and at the end ---------
  const codeClock = clock();
  let timeHidden = false;
  const countDown = (box) => {
    const seconds = Number(box.dataset.seconds), total = Number(box.dataset.total);
    const [shown, bar, toggle] = ["[data-countdown]", "progress", "[data-toggle]"].map((part) => box.querySelector(part));
    const words = box.dataset;
    const show = () => {
      shown.hidden = bar.hidden = timeHidden;
      toggle.textContent = timeHidden ? words.show : words.hide;
    };
    toggle.addEventListener("click", () => { timeHidden = !timeHidden; show(); });
    box.querySelector(".time").hidden = false;
    show();
    if (seconds > total - 5 && !step().querySelector(".summary")) say(box.querySelector("p").textContent.trim());
    const toSay = new Map([[60, words.sixty], [30, words.thirty]].filter(([at]) => at < seconds));
    codeClock.start(seconds, (left) => {
      shown.textContent = words.left.replace("%s", `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`);
      bar.value = left;
      const due = [...toSay.keys()].filter((at) => left <= at);
      if (due.length && left) say(toSay.get(Math.min(...due)));
      due.forEach((at) => toSay.delete(at));
      if (left === 0) codeIsOver(box);
    });
  };

  const ways = () => document.getElementById("code-over");
  const codeOver = () => ways() && !ways().hidden;
  const codeIsOver = (box) => {
    const button = step().querySelector("form [type=submit]");
    const [inTime, late] = ["in-time", "late"].map((when) => ways().querySelector(`[data-when="${when}"]`));
    const wasThere = document.activeElement === button;
    box.querySelector("[data-running]").hidden = true;
    box.querySelector("[data-over]").hidden = false;
    button.hidden = true;
    inTime.hidden = "late" in box.dataset;
    late.hidden = !inTime.hidden;
    ways().hidden = false;
    if (late.hidden) document.getElementById("idle").hidden = true;
    if (wasThere) (late.hidden ? inTime : late).querySelector("button").focus();
    say(box.querySelector("[data-over]").textContent.trim());
  };

  // --- the pause's end: warned a minute ahead, one press extends (WCAG 2.2.1); the focus stays where it is ----
  const idleClock = clock();
  let lastFocus;
  const uncover = () => { // the warning hangs at the window's lower edge; what has the focus must stand above it
    const box = document.getElementById("idle"), here = document.activeElement;
    if (!box || box.hidden || box.contains(here) || !step().contains(here)) return;
    const hidden = here.getBoundingClientRect().bottom + 8 - box.getBoundingClientRect().top;
    if (hidden > 0) window.scrollBy(0, hidden);
  };
  document.addEventListener("focusin", ({ target }) => {
    if (!target.closest("#idle")) lastFocus = target;
    requestAnimationFrame(uncover);
  });

  const putAway = (box) => {
    box.hidden = true;
    box.querySelectorAll("[data-idle]").forEach((part) => { part.hidden = true; });
  };

  const watchIdle = () => {
    const box = document.getElementById("idle");
    idleClock.stop();
    if (box) putAway(box);
    if (!step().dataset.idle) return;
    const show = (name) => {
      const part = box.querySelector(`[data-idle="${name}"]`);
      if (!part.hidden || (codeOver() && ways().querySelector("[data-when=late]").hidden)) return;
      if (name === "over" && codeOver()) ways().hidden = true; // another code can no longer be had
      box.querySelectorAll("[data-idle]").forEach((other) => { other.hidden = other !== part; });
      box.hidden = false;
      say(part.querySelector("p").textContent.trim());
      uncover();
    };
    idleClock.start(Number(step().dataset.idle), (left) => {
      if (left === 0) show("over");
      else if (left <= WARNING) show(step().hasAttribute("data-last") || codeOver() ? "last" : "soon"); // another code is more time, too
    });
  };

  // The answer is the step's fragment. Only its first tag is looked at: nothing but htmx may turn text into a page.
  const stay = async (button) => {
    const tired = new AbortController(), patience = setTimeout(() => tired.abort(), 15000);
    const slow = setTimeout(() => say(status.dataset.busy), 800);
    const body = new URLSearchParams({ csrf_token: step().querySelector("[name=csrf_token]").value });
    try {
      const answer = await fetch(button.dataset.stay, { method: "POST", body, headers: { "HX-Request": "true" }, signal: tired.signal });
      const tag = /<section id="step"[^>]*>/.exec(await answer.text())?.[0] ?? "";
      const seconds = /data-idle="(\d+)"/.exec(tag)?.[1];
      if (!seconds) throw new Error("no more time");
      step().dataset.idle = seconds;
      step().toggleAttribute("data-last", tag.includes(" data-last"));
    } catch {
      return failed(button);
    } finally {
      clearTimeout(patience);
      clearTimeout(slow);
    }
    watchIdle();
    say(button.dataset.done);
    lastFocus?.focus({ preventScroll: true });
  };

  // --- under a flood the browser works a little, and the form goes on by itself (app/domain/work.py) -----------
  let paying;
  const trial = async (key, number, { iterations, bits }) => {
    const salt = new TextEncoder().encode(number);
    const found = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: Number(iterations) }, key, 32);
    return new DataView(found).getUint32() >>> (32 - bits) === 0;
  };
  const work = async (box, each) => {
    const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(box.dataset.challenge), "PBKDF2", false, ["deriveBits"]);
    const found = [], wanted = Number(box.dataset.answers);
    for (let next = 0; found.length < wanted && box.isConnected; next += 8) {
      const batch = Array.from({ length: 8 }, (_, at) => next + at);
      const fits = await Promise.all(batch.map((number) => trial(key, number, box.dataset)));
      found.push(...batch.filter((_, at) => fits[at]));
      each(found.length);
    }
    return found.slice(0, wanted).join(" ");
  };
  const pay = async (box) => {
    const form = box.closest("form");
    const show = (name) => { for (const part of ["waiting", "working", "paid"]) box.querySelector(`[data-${part}]`).hidden = part !== name; };
    let changed = false;
    form.addEventListener("input", () => { changed = true; });
    try {
      paying = form;
      show("working");
      say(box.querySelector("[data-working] p").textContent.trim());
      form.elements.proof.value = await work(box, (done) => { box.querySelector("progress").value = done; });
    } catch {
      return show("waiting"); // no cryptography here: a minute's patience does as well
    } finally {
      paying = undefined;
    }
    if (!box.isConnected) return;
    show("paid");
    if (changed) say(box.querySelector("[data-paid]").textContent.trim()); // somebody is typing: they press
    else form.requestSubmit();
  };
  document.addEventListener("submit", (event) => {
    if (event.target !== paying) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  // --- the link was opened in another window of this browser: the one that waits says so (docs/decisions/0052) ---
  const windows = window.BroadcastChannel ? new BroadcastChannel("recovery") : undefined;
  windows?.addEventListener("message", () => {
    const opened = document.getElementById("opened");
    if (!opened?.hidden) return;
    opened.hidden = false;
    say(opened.querySelector("p").textContent.trim());
  });

  // --- a new step, or a new part of it: focus, clocks, and the comforts that need a script --------------------
  const fresh = new WeakSet();
  const first = (element) => element && !fresh.has(element) && fresh.add(element);

  const keyboard = () => { // only a passport has letters; without this line every document gets all keys
    const type = document.getElementById("id_type");
    if (type) document.getElementById("id_number").inputMode = type.value === "PA" ? "text" : "numeric";
  };

  const arrive = () => {
    const here = step(), isNew = first(here);
    const code = document.getElementById("code-time"), toll = document.getElementById("toll");
    const over = document.querySelector("#hand-over [data-over]"), eye = document.querySelector("[data-show-password]");
    if (isNew) {
      busy(false);
      say("");
      watchIdle();
      if (!code) codeClock.stop();
      if (here.dataset.step === "reidentify") windows?.postMessage("opened");
    }
    if (first(code) && code.dataset.seconds) countDown(code);
    if (first(toll)) pay(toll);
    if (first(over) && !isNew) say(over.textContent.trim());
    if (first(eye)) eye.closest("label").hidden = false;
    keyboard();
  };
  const moveOn = () => {
    if (fresh.has(step())) return arrive();
    arrive();
    window.scrollTo(0, 0);
    focusOn(step().querySelector("[data-focus]"));
  };
  // Two frames later: a screen reader must know the new step before it hears where the focus is, or it reads on behind it.
  const focusOn = (place) => {
    document.activeElement?.blur(); // htmx put it back into the field
    const take = () => { if (document.activeElement === document.body) place?.focus(); };
    requestAnimationFrame(() => requestAnimationFrame(take));
  };

  document.addEventListener("change", ({ target }) => {
    keyboard();
    if (!target.matches("[data-show-password]")) return;
    for (const name of ["password", "again"]) document.getElementById(name).type = target.checked ? "text" : "password";
  });
  // Not on the document: for its sake Chromium tells screen readers that each heading can be pressed.
  document.getElementById("idle")?.addEventListener("click", ({ target }) => { if (target.matches("[data-stay]")) stay(target); });

  // --- the network: busy while it works, a plain word when it fails, nothing lost ----------------------------
  const lively = matchMedia("(prefers-reduced-motion: no-preference)");
  let slow;
  const busy = (on) => {
    clearTimeout(slow);
    if (!on) return step().removeAttribute("aria-busy");
    document.querySelector(".notice-error")?.remove();
    step().setAttribute("aria-busy", "true");
    slow = setTimeout(() => say(status.dataset.busy), 800);
  };
  const failed = (where) => {
    say("");
    document.querySelector(".notice-error")?.remove();
    where.before(document.getElementById("offline-message").content.cloneNode(true));
  };

  let leaving = false;
  document.addEventListener("htmx:finally:request", (event) => { if (sentForm(event)) busy(false); });
  document.addEventListener("htmx:finally:swap", moveOn);
  document.addEventListener("htmx:error", (event) => {
    const form = sentForm(event);
    if (form?.isConnected) failed(form.querySelector("[type=submit]"));
  });
  // A poll or a live check that fails, and a gateway's own page, must not take the step away from a customer.
  document.addEventListener("htmx:before:swap", (event) => {
    const form = sentForm(event), { ctx, tasks } = event.detail;
    if (form && !tasks.some(({ fragment }) => fragment.querySelector("#step"))) {
      event.preventDefault();
      failed(form.querySelector("[type=submit]"));
    } else if (!form && (ctx.response.status === 204 || ctx.response.status >= 400)) event.preventDefault(); // nothing new
    else if (!form && !tasks.some(({ fragment }) => fragment.querySelector(`#${ctx.target.id}`))) {
      event.preventDefault(); // the recovery went on or ended elsewhere: show where it stands
      if (!leaving) location.reload();
      leaving = true; // on a slow line the next poll is answered before the page has gone
    } else if (form && lively.matches) for (const { swapSpec } of tasks) swapSpec.transition = true;
  });
  // Motion follows a step and nobody waits for it: title and focus are there before the new step moves in.
  document.addEventListener("htmx:before:viewTransition", ({ detail }) => {
    const { task, ctx } = detail;
    detail.task = async () => {
      await task();
      if (ctx.title) document.title = ctx.title; // htmx would first wait for the end of the motion
      moveOn();
    };
  });
  // A form that htmx sends shows at once that it was pressed, and is sent right after (macros.html). One that the browser
  // sends by itself (log-in) goes once, however often it is pressed.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return busy(true);
    if (step().hasAttribute("aria-busy")) return event.preventDefault();
    busy(true);
    setTimeout(busy, 15000, false); // whoever pressed Stop may press again
  });
  // Back brings a page as it is now, never what somebody typed: the next one at this computer may be another.
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) return location.reload();
    busy(false);
    if (performance.getEntriesByType("navigation")[0]?.type === "back_forward") for (const form of document.forms) form.reset();
  });

  document.documentElement.classList.add("scripted");
  arrive();
  step().querySelector(".summary[data-focus]")?.focus();
})();
