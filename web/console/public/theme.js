// Sets the theme before the first paint, so that a dark screen never flashes white. Kept in step with useTheme.ts.
(function () {
  var kept = null;
  try { kept = localStorage.getItem("linli.theme"); } catch (e) { kept = null; }
  var dark = kept === "dark" || (kept !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  document.documentElement.classList.toggle("dark", dark);
})();
