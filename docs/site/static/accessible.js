// What the theme leaves for those who use a keyboard or a screen reader.
document.addEventListener("DOMContentLoaded", () => {
  // A table or a block of code that is wider than a phone scrolls: let the keyboard reach it, and give it a name.
  const wide = ".bd-article .pst-scrollable-table-container, .bd-article div.highlight pre";
  for (const element of document.querySelectorAll(wide)) {
    element.tabIndex = 0;
    element.setAttribute("role", "group");
    element.setAttribute("aria-label", element.tagName === "PRE" ? "Code" : "Table");
  }
  // The button says "Search" and its keys; that is its name, not a part of it.
  for (const button of document.querySelectorAll(".search-button__button[aria-label]")) {
    button.removeAttribute("aria-label");
  }
  // The arrows that open a part of the navigation have no words.
  for (const summary of document.querySelectorAll(".bd-sidebar summary")) {
    const part = summary.closest("li").querySelector("a");
    summary.setAttribute("aria-label", `Pages of ${part ? part.textContent.trim() : "this part"}`);
  }
});
