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

// An open page asks for what arrived only while somebody can see it.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.matches("[data-live]")) event.preventDefault();
});

// What arrived goes to its place: newest first on a timeline, oldest first in a conversation. What is shown already
// is left out, and so is what belongs beyond "Show older" and "Show earlier".
const standsBefore = (entry, other, oldestFirst) => {
  const newer = entry.dataset.at - other.dataset.at || (entry.id > other.id ? 1 : -1);
  return oldestFirst ? newer < 0 : newer > 0;
};
const putInPlace = (entry, section) => {
  const shown = [...section.querySelectorAll(":not([hidden]) > [data-at]")];
  if (shown.some((other) => other.id === entry.id)) return false;
  const oldestFirst = "oldestFirst" in section.dataset;
  const next = shown.find((other) => standsBefore(entry, other, oldestFirst));
  if (section.querySelector(".more") && (oldestFirst ? next === shown[0] : !next)) return false;
  if (next) next.before(entry);
  else if (shown.length) shown.at(-1).after(entry);
  else section.querySelector("ol.timeline").append(entry);
  entry.classList.add("arrived");
  return true;
};
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt.id !== "arrivals") return;
  const section = event.detail.elt.closest("section");
  const added = [...event.detail.elt.children].filter((entry) => putInPlace(entry, section)).length;
  event.detail.elt.replaceChildren();
  if (added) document.getElementById("announcement").textContent = `${added} new on the timeline`;
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
