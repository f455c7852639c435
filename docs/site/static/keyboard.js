// A table or a block of code that is wider than a phone scrolls: let the keyboard reach it, and give it a name.
document.addEventListener("DOMContentLoaded", () => {
  const wide = ".bd-article .pst-scrollable-table-container, .bd-article div.highlight pre";
  for (const element of document.querySelectorAll(wide)) {
    element.tabIndex = 0;
    element.setAttribute("role", "group");
    element.setAttribute("aria-label", element.tagName === "PRE" ? "Code" : "Table");
  }
});
