// Keeps the page up to date in place: what did not change is left alone, and with it focus, open parts and scrolling.
"use strict";

const EVERY_MS = 5000;
const pause = document.getElementById("pause");
let announced = announcements(document);

pause.hidden = false;
pause.addEventListener("click", () => {
  const paused = pause.getAttribute("aria-pressed") !== "true";
  pause.setAttribute("aria-pressed", String(paused));
  if (!paused) update();
});
openTarget();
window.addEventListener("hashchange", openTarget);
setInterval(() => {
  if (pause.getAttribute("aria-pressed") !== "true" && !document.hidden) update();
}, EVERY_MS);
document.addEventListener("visibilitychange", () => {
  if (pause.getAttribute("aria-pressed") !== "true" && !document.hidden) update();
});

async function update() {
  try {
    const answer = await fetch("/", { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.statusText);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.title = fresh.title;
    for (const part of ["main", ".place", ".clock time"]) {
      morph(document.querySelector(part), fresh.querySelector(part));
    }
    document.getElementById("stale").hidden = true;
    announce(announcements(document));
  } catch {
    document.getElementById("stale").hidden = false;
  }
}

// Make `old` like `fresh` with as few changes as possible. Children with an id keep their elements wherever they move.
function morph(old, fresh) {
  if (old.isEqualNode(fresh)) return;
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || old.id !== fresh.id) {
    old.replaceWith(fresh);
    return;
  }
  if (old.nodeType !== Node.ELEMENT_NODE) {
    old.nodeValue = fresh.nodeValue;
    return;
  }
  // Whether a part is open is the reader's choice.
  for (const { name } of [...old.attributes]) {
    if (name !== "open" && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (name !== "open" && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  const remaining = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  const wanted = new Set([...fresh.children].map((child) => child.id));
  for (const [id, child] of remaining) if (!wanted.has(id)) child.remove();
  let place = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    const known = child.id && remaining.get(child.id);
    if (known) {
      if (known !== place) old.insertBefore(known, place);
      place = known.nextSibling;
      morph(known, child);
    } else if (place && !place.id && !child.id) {
      const next = place.nextSibling;
      morph(place, child);
      place = next;
    } else {
      old.insertBefore(child, place);
    }
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

function announcements(page) {
  return new Map([...page.querySelectorAll("[data-announce]")].map((item) => [item.id, item.dataset.announce]));
}

function announce(now) {
  const added = [...now].filter(([id]) => !announced.has(id)).map(([, text]) => text);
  announced = now;
  if (added.length) document.getElementById("announcement").textContent = `New: ${added.join(". ")}.`;
}

// A link to something in a closed part opens it.
function openTarget() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let part = target && target.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
}
