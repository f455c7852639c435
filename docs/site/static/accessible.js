// What the theme leaves for those who use a keyboard or a screen reader.
document.addEventListener("DOMContentLoaded", () => {
  // A table or a block of code that is wider than a phone scrolls: let the keyboard reach it, and give it a name.
  const wide = ".bd-article .pst-scrollable-table-container, .bd-article div.highlight pre";
  for (const element of document.querySelectorAll(wide)) {
    element.tabIndex = 0;
    element.setAttribute("role", "group");
    element.setAttribute("aria-label", element.tagName === "PRE" ? "Code" : "Table");
  }
  // The button's name is what it shows: "Search" and its keys, or a lens on a phone.
  for (const button of document.querySelectorAll(".search-button__button[aria-label]")) {
    button.setAttribute("aria-label", button.innerText.replace(/\s+/g, " ").trim() || "Search");
  }
  // The arrows that open a part of the navigation have no words.
  for (const summary of document.querySelectorAll(".bd-sidebar summary")) {
    const part = summary.closest("li").querySelector("a");
    summary.setAttribute("aria-label", `Pages of ${part ? part.textContent.trim() : "this part"}`);
  }
});
