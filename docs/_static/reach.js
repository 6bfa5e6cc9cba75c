// What is wider than the page (code, tables, pictures) can be moved by keys too, in every browser.
const reach = () => {
  for (const e of document.querySelectorAll("pre:not([aria-hidden]), .table-wrapper, .picture, .formula")) {
    if (e.scrollWidth > e.clientWidth) e.tabIndex = 0;
  }
};
addEventListener("load", reach);
addEventListener("resize", reach);
