// What a page must be like, looked at from inside: each look answers with a list of what is wrong.
(() => {
  const TEXT = 7, PART = 3, TARGET = 44, RING = 2;
  const CONTROLS = "a[href], button, input:not([type=hidden], .visually-hidden), select, summary";
  const all = (css, from = document) => [...from.querySelectorAll(css)];
  const hidden = (one) => { // from the eye alone: clipped away, or above the window until it has the focus
    for (let here = one; here; here = here.parentElement) if (getComputedStyle(here).clipPath === "inset(50%)") return true;
    return one.closest(".skip");
  };
  const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && !hidden(one);
  const name = (one) => {
    const words = (one.innerText ?? one.textContent ?? "").trim().replace(/\s+/g, " ").slice(0, 40);
    return `${one.tagName.toLowerCase()}${one.id && `#${one.id}`} «${words || one.name || one.getAttribute("class") || ""}»`;
  };

  // --- colours, as they are drawn ----------------------------------------------------------------------------
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const rgba = (colour) => {
    if (!known.has(colour)) {
      brush.clearRect(0, 0, 1, 1);
      brush.fillStyle = colour;
      brush.fillRect(0, 0, 1, 1);
      known.set(colour, [...brush.getImageData(0, 0, 1, 1).data].map((part, at) => (at === 3 ? part / 255 : part)));
    }
    return known.get(colour);
  };
  const over = ([r, g, b, a], [r2, g2, b2]) => [[r, r2], [g, g2], [b, b2]].map(([top, under]) => top * a + under * (1 - a));
  const behind = (one) => {
    const layers = [];
    for (let here = one; here; here = here.parentElement) {
      const layer = rgba(getComputedStyle(here).backgroundColor);
      if (layer[3]) layers.push(layer);
      if (layer[3] === 1) break;
    }
    return layers.reduceRight((under, layer) => over(layer, under), rgba("Canvas").slice(0, 3));
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (colour, ground) => {
    const [bright, dark] = [light(over(rgba(colour), ground)), light(ground)].sort((a, b) => b - a);
    return (bright + 0.05) / (dark + 0.05);
  };
  const pale = (what, colour, ground, least) => tooPale([{ what, found: ratio(colour, ground) }], least);
  const tooPale = (measured, least) => measured.filter(({ found }) => found < least)
    .map(({ what, found }) => `${what} has a contrast of ${found.toFixed(2)}:1`);

  // --- words: every piece of text that is drawn, with the lines it takes ---------------------------------------
  const words = () => {
    const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const text = walk.currentNode, one = text.parentElement;
      if (!text.data.trim() || !seen(one) || one.closest("svg, option, template")) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      const lines = [...range.getClientRects()].filter((line) => line.width > 1 && line.height > 1);
      if (lines.length) found.push({ one, lines });
    }
    return found;
  };
  const edge = (one) => getComputedStyle(one).borderBlockEndColor;
  const edged = (one) => {
    const { borderBlockEndWidth: width, borderBlockEndStyle: style } = getComputedStyle(one);
    return parseFloat(width) >= 1 && !["none", "hidden"].includes(style);
  };

  // --- what is measured: contrasts as n:1, targets by their shorter side in CSS px ------------------------------
  const measured = {
    text: () => words().map(({ one }) => ({ what: `the text of ${name(one)}`, found: ratio(getComputedStyle(one).color, behind(one)) })),
    part: () => [
      ...all("input:not([type=hidden], [type=radio], [type=checkbox], .visually-hidden), select, .button, .options, progress").filter(seen)
        .map((one) => ({ what: `the edge of ${name(one)}`, found: ratio(edge(one), behind(one.parentElement)) })),
      ...all("svg.icon").filter(seen).map((one) => ({ what: `an icon of ${name(one.parentElement)}`, found: ratio(getComputedStyle(one).fill, behind(one)) })),
    ],
    target: () => all(`${CONTROLS}, label.option`).filter(seen).filter((one) => !one.matches("[type=radio], [type=checkbox], [readonly]"))
      .filter((one) => !(one.matches("a[href]") && one.closest("p, li, pre, dd")?.textContent.trim().length > one.textContent.trim().length + 20))
      .map((one) => [one, one.getBoundingClientRect()])
      .map(([one, { width, height }]) => ({ what: name(one), found: Math.min(width, height), width, height })),
  };

  const looks = {
    // The smallest of each kind, for who wants the numbers
    least: () => Object.entries(measured).flatMap(([kind, all]) => all().sort((a, b) => a.found - b.found).slice(0, 1)
      .map(({ what, found }) => ({ kind, what, found }))),

    // WCAG 1.4.6 (7:1 whatever the size) and 1.4.11
    contrast: () => [...tooPale(measured.text(), TEXT), ...tooPale(measured.part(), PART)],

    // WCAG 1.4.3 where the system chooses the colours, and something to see of every control
    forced: () => [
      ...looks.contrast(),
      ...all(CONTROLS).filter(seen).filter((one) => !one.matches("[type=radio], [type=checkbox], .brand"))
        .filter((one) => !edged(one) && getComputedStyle(one).textDecorationLine !== "underline")
        .map((one) => `${name(one)} has neither an edge nor a line under it`),
    ],

    // WCAG 2.5.5: all but links in a sentence
    targets: () => measured.target().filter(({ found }) => found < TARGET - 0.01)
      .map(({ what, width, height }) => `${what} is a target of ${width.toFixed(1)} × ${height.toFixed(1)} px`),

    // WCAG 1.4.10, 1.4.12: nothing sideways, nothing cut off, nothing upon something else
    room: () => {
      const root = document.documentElement, pieces = words(), found = [];
      if (root.scrollWidth > root.clientWidth) found.push(`it scrolls sideways by ${root.scrollWidth - root.clientWidth} px`);
      for (const one of all("body *").filter(seen)) {
        if (one.closest("svg, select") || getComputedStyle(one).overflow === "visible" || one.matches("input, progress")) continue;
        if (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1) found.push(`${name(one)} is cut off`);
      }
      const lines = pieces.flatMap(({ one, lines }) => lines.map((line) => [one, line]));
      for (const [one, line] of lines) {
        if (line.right > root.clientWidth + 1 || line.left < -1) found.push(`the text of ${name(one)} leaves the window`);
      }
      const flow = lines.filter(([one]) => !one.closest("#idle"));
      flow.forEach(([one, a], at) => {
        for (const [other, b] of flow.slice(at + 1)) {
          const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left), high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
          if (one !== other && wide > 2 && high > Math.min(a.height, b.height) / 2) found.push(`${name(one)} lies upon ${name(other)}`);
        }
      });
      return found;
    },

    // WCAG 2.4.7, 2.4.11–2.4.13: a ring of 2 px and 3:1 around whatever has the focus, in reading order, never covered
    focus: async () => {
      const stops = all(CONTROLS).filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.tabIndex >= 0), found = [];
      const warned = document.querySelector("#idle:not([hidden])"), frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      const before = document.activeElement;
      let above;
      for (const one of stops) {
        one.focus({ focusVisible: true });
        if (warned) await frame(); // the page moves what has the focus above the warning
        if (document.activeElement !== one) { found.push(`${name(one)} takes no focus`); continue; }
        const { outlineColor, outlineStyle, outlineWidth, outlineOffset } = getComputedStyle(one), box = one.getBoundingClientRect();
        if (parseFloat(outlineWidth) < RING || outlineStyle === "none") found.push(`${name(one)} has a ring of ${outlineWidth} ${outlineStyle}`);
        const inside = parseFloat(outlineOffset) < 0;
        found.push(...pale(`the ring of ${name(one)}`, outlineColor, behind(inside ? one : one.parentElement), PART));
        const [x, y] = [box.left + box.width / 2, Math.min(box.top + box.height / 2, innerHeight - 1)];
        const top = document.elementFromPoint(x, y);
        if (!top) found.push(`${name(one)} is outside the window`);
        else if (!one.contains(top) && !top.contains(one) && !one.labels?.length) found.push(`${name(one)} is covered by ${name(top)}`);
        const place = box.top + scrollY, here = one.closest("#step");
        if (here && above?.here === here && place + box.height <= above.place + 1) found.push(`${name(one)} comes after something below it`);
        above = { here, place };
      }
      before.focus();
      if (all("[tabindex]").some((one) => one.tabIndex > 0)) found.push("a tabindex reorders the page");
      return found;
    },

    // WCAG 2.3.3, where the customer asked for stillness
    motion: () => [
      ...document.getAnimations().map((one) => `${one.animationName ?? one.transitionProperty} moves`),
      ...all("*").flatMap((one) => ["", "::before", "::after"].map((part) => [one, getComputedStyle(one, part || null)]))
        .filter(([, { animationName, transitionDuration, scrollBehavior }]) => animationName !== "none" || parseFloat(transitionDuration) > 0 || scrollBehavior === "smooth")
        .map(([one]) => `${name(one)} would move`),
    ],

    // WCAG 1.3.1, 2.4.2, 3.1.1, 3.3.1: one heading, the title from it, no id twice, each error named at its field
    structure: () => {
      const found = [], ids = all("[id]").map((one) => one.id), heading = all("h1"), wrong = all(".summary").some(seen);
      for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) found.push(`two elements are #${id}`);
      if (heading.length !== 1) found.push(`${heading.length} headings of the first level`);
      if (document.title.startsWith("Error: ") !== wrong) found.push(`the title is «${document.title}»`);
      if (!/ – Banco del Páramo$/.test(document.title)) found.push(`the title does not name the bank: «${document.title}»`);
      if (!["es-CO", "en"].includes(document.documentElement.lang)) found.push("the page does not tell its language");
      const named = all(".summary a[href^='#']").map((one) => one.hash.slice(1));
      for (const id of named) if (!document.getElementById(id)?.matches("input, select")) found.push(`no field #${id} behind the summary's link`);
      for (const one of all("[aria-invalid=true]")) {
        const told = (one.getAttribute("aria-describedby") ?? "").split(" ").map((id) => document.getElementById(id)).find((other) => other?.matches(".error"));
        if (!told || !seen(told) || !told.querySelector("svg")) found.push(`${name(one)} is wrong without a word and an icon`);
        if (!named.includes(one.id)) found.push(`${name(one)} is wrong and the summary does not lead to it`);
      }
      for (const one of all(".error")) {
        if (!document.querySelector(`[aria-describedby~="${one.id}"][aria-invalid=true], fieldset[aria-describedby~="${one.id}"]`)) found.push(`${name(one)} is tied to no field`);
      }
      return found;
    },
  };
  return looks;
})()
