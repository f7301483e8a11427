// Sets theme and type size before the first paint.
(function () {
  var root = document.documentElement, font = null;
  try { font = localStorage.getItem("linli.pay.font"); } catch (e) { font = null; }
  root.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  if (font === "large") root.dataset.font = "large";
})();
