// What a page tells of itself: title, language, headings, landmarks, and all that axe-core says of it.
async (tags) => {
  const flat = (text) => (text ?? "").trim().replace(/\s+/g, " ");
  const shown = (one) => one.checkVisibility({ visibilityProperty: true });
  axe.setup(document);
  const landmarks = [...document.querySelectorAll("*")].filter(shown)
    .map((one) => [axe.commons.aria.getRole(one), one])
    .filter(([role]) => ["banner", "complementary", "contentinfo", "form", "main", "navigation", "region", "search"].includes(role))
    .map(([role, one]) => [role, flat(axe.commons.text.accessibleText(one))])
    .map(([role, name]) => (name ? `${role} «${name}»` : role));
  axe.teardown();
  const values = axe.getRules(tags).map((rule) => rule.ruleId);
  const said = await axe.run({ runOnly: { type: "rule", values } });
  const why = (node) => [...node.any, ...node.all, ...node.none].map((check) => check.message).join(" ");
  const verdict = ({ id, help, nodes }) => ({
    rule: id, help, targets: nodes.map((node) => node.target.join(" ")), why: [...new Set(nodes.map(why))].join(" "),
  });
  return {
    title: document.title,
    language: document.documentElement.lang,
    headings: [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(shown)
      .map((one) => ({ level: Number(one.tagName[1]), text: flat(one.textContent) })),
    landmarks,
    axe: {
      version: axe.version,
      passed: said.passes.map(({ id }) => id),
      inapplicable: said.inapplicable.map(({ id }) => id),
      violations: said.violations.map(verdict),
      incomplete: said.incomplete.map(verdict),
    },
  };
}
