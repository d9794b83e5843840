// Keeps what is shown in the address, so that a link that is passed on opens the same view.
const own = location.href.split("#")[0];
let pointed = null;

function plain(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

// "#shares&from=2026-03-01T10:14:00.000Z&server=web/a:80": first a place on the page, then the view.
function stated() {
  const parts = location.hash.slice(1).split("&").filter(Boolean);
  const named = parts.filter((part) => !part.includes("="));
  const values = new URLSearchParams(parts.filter((part) => part.includes("=")).join("&"));
  return { place: plain(named[0] ?? ""), values };
}

function viewed() {
  const values = new URLSearchParams();
  if (breakdown && narrowed()) {
    values.set("from", new Date(edge(selection.first)).toISOString());
    values.set("to", new Date(edge(selection.last)).toISOString());
  }
  if (breakdown && selection.facet !== null) values.set("server", breakdown.facets[selection.facet].join("/"));
  const name = Object.keys(zones).find((one) => zones[one] === zone);
  if (name !== "utc") values.set("zone", name);
  return values.toString();
}

function remember() {
  const told = [stated().place, viewed()].filter(Boolean).join("&");
  try {
    history.replaceState(null, "", told ? `${own}#${told}` : own);
  } catch {
    // Where the address can't be written, the page works without.
  }
}

function chosenBy(values) {
  const [from, to] = ["from", "to"].map((name) => Date.parse(values.get(name)));
  const facet = breakdown.facets.findIndex((one) => one.join("/") === values.get("server"));
  const stretch = Number.isNaN(from) || Number.isNaN(to) ? {} : binsOf(from, to);
  return { ...everything, ...stretch, facet: facet < 0 ? null : facet };
}

// A reference into a folded part would lead nowhere.
function reveal(place) {
  pointed?.classList.remove("pointed");
  pointed = place ? document.getElementById(place) : null;
  if (!pointed) return;
  for (let at = pointed; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
  pointed.classList.add("pointed");
  pointed.scrollIntoView({ behavior: "instant" });
}

// An address that says nothing of the view, as that of a link on the page, leaves it as it is.
function recall(drawn) {
  const { place, values } = stated();
  if ([...values].length) {
    const name = values.get("zone") ?? "utc";
    if (zones[name]) chooseZone(name);
    if (breakdown && form) select(chosenBy(values), drawn);
    else drawn();
  }
  reveal(place);
  remember();
}

function offerLink() {
  const button = form?.elements.link;
  if (!button) return;
  button.addEventListener("click", async () => {
    const done = await copied(location.href);
    button.textContent = done ? "Link copied" : "It is in the address bar";
    setTimeout(() => { button.textContent = "Copy link"; }, 2500);
  });
}
