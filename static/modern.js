// A browser without what htmx and app.js need runs nothing of them: the forms work by themselves. The stylesheet asks the same.
if (!(window.fetch && window.AbortController && window.CSS && CSS.supports("color", "color-mix(in srgb, red, red)"))) {
  throw new Error("This browser gets the plain forms.");
}
