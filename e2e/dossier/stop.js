// What has the focus: role, name and description as axe-core reckons them, and its place in the document.
() => {
  const one = document.activeElement;
  if (!one || one === document.body || one === document.documentElement) return null;
  const labelled = (one.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
  axe.setup(document);
  const [role, name] = [axe.commons.aria.getRole(one) ?? one.localName, axe.commons.text.accessibleText(one)];
  axe.teardown();
  return {
    role, name: name.trim().replace(/\s+/g, " "),
    description: labelled.map((id) => document.getElementById(id)?.textContent.trim().replace(/\s+/g, " ") ?? "").join(" "),
    place: [...document.querySelectorAll("*")].indexOf(one),
  };
}
