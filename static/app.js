// What the pages do beyond links and forms. Everything works without it; it saves a click or a reload.

document.documentElement.classList.add("js");

// A switch or filter marked so is sent as soon as it is changed.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-send-on-change]");
  if (form) form.requestSubmit();
});

// A live region speaks only when what it says is new: a progress bar redrawn every other second stays quiet.
let said = "";
document.addEventListener("htmx:afterSwap", () => {
  const source = document.querySelector("[data-announce]");
  const region = document.getElementById("announcement");
  if (!source || !region || source.dataset.announce === said) return;
  said = source.dataset.announce;
  region.textContent = said;
});

// A link whose answer did not come is followed the ordinary way, where the browser or our error page says why.
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, (event) => {
    const link = event.detail.elt;
    if (link.matches("a[href]")) location.assign(link.href);
  });
}

// What was asked for by "Show older" is where the keyboard goes on.
document.addEventListener("htmx:load", (event) => {
  if (!event.detail.elt.matches("ol.timeline")) return;
  event.detail.elt.tabIndex = -1;
  event.detail.elt.focus({ preventScroll: true });
});
