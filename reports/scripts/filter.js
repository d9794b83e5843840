// Narrows tables and figures to a stretch of time and a server, from the embedded counts.
const form = document.getElementById("filter");
const begins = breakdown && Date.parse(breakdown.from);
const everything = breakdown && { first: 0, last: breakdown.bins, facet: null };
let selection = everything;
const original = new Map();

const edge = (bin) => begins + bin * breakdown.bin_s * 1000;
const narrowed = () => selection.first > 0 || selection.last < breakdown.bins;
const filtered = () => Boolean(breakdown) && (narrowed() || selection.facet !== null);
const unnamed = breakdown && breakdown.facets.length > 1 ? "all others" : "no server is named";
const facetName = (place) => breakdown.facets[place][1] || unnamed;

function binsOf(from, to) {
  const step = breakdown.bin_s * 1000;
  const first = Math.min(Math.max(Math.floor((from - begins) / step), 0), breakdown.bins - 1);
  const last = Math.min(Math.max(Math.ceil((to - begins) / step), first + 1), breakdown.bins);
  return { first, last };
}

// A cell keeps what the server rendered until a selection has something else to say.
function put(cell, text) {
  if (!cell) return;
  if (!original.has(cell)) original.set(cell, [...cell.childNodes].map((node) => node.cloneNode(true)));
  cell.replaceChildren(text);
}

function restore() {
  for (const [cell, nodes] of original) cell.replaceChildren(...nodes);
  original.clear();
}

function fill(row, requests, failed, all, { latencies, took, sent } = {}) {
  const cell = (name) => row.querySelector(`[data-cell=${name}]`);
  put(cell("requests"), counted(requests));
  put(cell("share"), percent(rate(requests, all)));
  if (failed !== null) put(cell("failing"), percent(rate(failed, requests)));
  if (latencies) put(cell("p95"), seconds(quantile(latencies, 0.95)));
  if (took !== undefined) put(cell("mean"), seconds(took === null ? null : rate(took / 1000, requests)));
  if (sent !== undefined) put(cell("sent"), size(sent));
}

// The dot of a share goes where the selection has it; its interval was the window's.
function moveDot(row, share) {
  const svg = row.querySelector("svg[data-top]");
  if (!svg) return;
  if (!original.has(svg)) original.set(svg, [...svg.childNodes].map((node) => node.cloneNode(true)));
  svg.querySelector(".whisker")?.remove();
  const place = Math.min(100 * (share ?? 0) / Number(svg.dataset.top), 100);
  for (const end of ["x1", "x2"]) svg.querySelector(".observed").setAttribute(end, place);
}

function fillServers(rows, pooled) {
  const requests = breakdown.facets.map((_, facet) => whole(sums("requests", { ...selection, facet })));
  for (const row of rows) {
    if (row.dataset.facet === "") continue;
    const facet = Number(row.dataset.facet);
    const mine = (_, other) => !pooled || breakdown.facets[other][0] === breakdown.facets[facet][0];
    const chosen = { ...selection, facet };
    const all = whole(requests.filter(mine));
    const sent = sums("sent", chosen);
    fill(row, requests[facet], whole(sums("failed", chosen)), all, {
      latencies: sums("latencies", chosen), sent: sent[0] === null ? null : whole(sent),
    });
    moveDot(row, rate(requests[facet], all));
  }
}

const rows = (name) => [...document.querySelectorAll(`[data-counts=${name}] tbody tr`)];

// A database's log may begin before the requests and end after them: so does a selection that does.
function fillDatabase() {
  const log = held.series.database;
  if (!log) return;
  const earlier = Math.round((begins - Date.parse(log.from)) / (log.bin_s * 1000));
  const first = selection.first ? selection.first + earlier : 0;
  const last = selection.last < breakdown.bins ? selection.last + earlier : log.bins;
  const within = (runs) => whole(spread(runs).slice(first, last));
  const aMinute = (number) => figured((number * 60) / ((last - first) * log.bin_s));
  const cells = (row, said) => {
    for (const [name, text] of Object.entries(said)) put(row.querySelector(`[data-cell=${name}]`), text);
  };
  rows("statements").forEach((row, place) => {
    const { calls, took_ms: took } = log.statements[place];
    const [number, spent] = [within(calls), within(took) / 1000];
    cells(row, { calls: counted(number), together: seconds(spent), minute: aMinute(number), mean: seconds(rate(spent, number)) });
  });
  rows("words").forEach((row, place) => {
    const number = within(log.words[place].lines);
    cells(row, { lines: counted(number), minute: aMinute(number) });
  });
}

function fillTables() {
  const requests = sums("requests", selection);
  const [failed, answered] = [sums("failed", selection), sums("answered", selection)];
  const [took, sent] = [sums("took", selection), sums("sent", selection)];
  rows("routes").forEach((row, place) => fill(row, requests[place], failed[place], whole(requests), { took: took[place], sent: sent[place] }));
  rows("outcomes").forEach((row, place) => fill(row, answered[place], null, whole(answered)));
  breakdown.tallies.forEach((_, number) => {
    const [found, lost] = [sums(`tally-${number}`, selection), sums(`tally-${number}-failed`, selection)];
    rows(`tally-${number}`).forEach((row, place) => fill(row, found[place], lost[place], whole(found)));
  });
  fillDatabase();
  fillServers(rows("facets"), false);
  fillServers(document.querySelectorAll("table.shares tbody tr"), true);
  const stretch = document.querySelector("[data-stretch]");
  const server = selection.facet === null ? "all servers" : facetName(selection.facet);
  if (stretch) {
    put(stretch, "");
    stretch.append("From ", timeElement(edge(selection.first), "moment"), " to ",
      timeElement(edge(selection.last), "moment", true), `, as selected; all but the servers of ${server}.`);
  }
  for (const caption of document.querySelectorAll("[data-selected]")) {
    const table = caption.closest("[data-counts]")?.dataset.counts;
    const mine = table && !["facets", "statements", "words"].includes(table) ? `, ${server}` : "";
    put(caption, "");
    caption.append(" – selected: ", timeElement(edge(selection.first), "clock"), " to ",
      timeElement(edge(selection.last), "clock", true), mine);
  }
}

function hideMoments() {
  let hidden = 0;
  for (const row of document.querySelectorAll("tr[data-at]")) {
    const at = Number(row.dataset.at);
    row.hidden = narrowed() && (at < edge(selection.first) || at > edge(selection.last));
    if (row.hidden && row.closest("table.moments")) hidden += 1;
  }
  const note = document.querySelector("[data-hidden-moments]");
  if (!note) return;
  note.hidden = !hidden;
  note.textContent = `${hidden} ${hidden === 1 ? "moment lies" : "moments lie"} outside the selection.`;
}

function tell() {
  const requests = whole(sums("requests", selection));
  const output = form.querySelector("output");
  const failing = percent(rate(whole(sums("failed", selection)), requests));
  const slow = seconds(quantile(sums("latencies", selection), 0.95));
  output.replaceChildren(
    timeElement(edge(selection.first), "clock"), " to ", timeElement(edge(selection.last), "clock", true),
    `: ${counted(requests)} requests, ${failing} failing, p95 about ${slow}`,
  );
  const { from, to, server } = form.elements;
  [from.value, to.value] = [selection.first, selection.last];
  from.setAttribute("aria-valuetext", said(edge(selection.first), "clock", true));
  to.setAttribute("aria-valuetext", said(edge(selection.last), "clock", true));
  server.value = selection.facet ?? "";
  for (const button of document.querySelectorAll("button.pick")) {
    const pressed = Number(button.dataset.facet) === selection.facet;
    button.setAttribute("aria-pressed", String(pressed));
    button.closest("tr").classList.toggle("picked", pressed);
  }
}

let shown = null;
function select(change, drawn) {
  if (!breakdown) return;
  selection = { ...selection, ...change };
  restore();
  if (filtered()) fillTables();
  hideMoments();
  tell();
  document.documentElement.dataset.filtered = filtered() ? "yes" : "no";
  remember();
  cancelAnimationFrame(shown);
  shown = requestAnimationFrame(drawn);
}

function pickable(drawn) {
  for (const place of document.querySelectorAll("tr[data-facet] span.pick")) {
    const facet = place.closest("tr").dataset.facet;
    if (facet === "") continue;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "pick", title: "Show this server alone" });
    Object.assign(button.dataset, { facet });
    button.append(...place.childNodes);
    button.addEventListener("click", () => pick(Number(facet), drawn));
    place.replaceWith(button);
  }
}

const pick = (facet, drawn) => select({ facet: selection.facet === facet ? null : facet }, drawn);

function offerFilter(drawn) {
  if (!breakdown || !form) return;
  const { from, to, server, incident } = form.elements;
  breakdown.facets.forEach((_, place) => server.append(new Option(facetName(place), place)));
  [from.max, to.min, to.max, to.value] = [breakdown.bins - 1, 1, breakdown.bins, breakdown.bins];
  from.addEventListener("input", () => select({ first: Math.min(from.value, selection.last - 1) }, drawn));
  to.addEventListener("input", () => select({ last: Math.max(to.value, selection.first + 1) }, drawn));
  server.addEventListener("change", () => select({ facet: server.value === "" ? null : Number(server.value) }, drawn));
  form.addEventListener("reset", (event) => { event.preventDefault(); select(everything, drawn); });
  form.addEventListener("submit", (event) => event.preventDefault());
  incident.hidden = !held.incident;
  incident.addEventListener("click", () => {
    const ended = held.incident.end === null ? edge(breakdown.bins) : Date.parse(held.incident.end);
    select(binsOf(Date.parse(held.incident.onset), ended), drawn);
  });
  pickable(drawn);
  form.hidden = false;
  tell();
}
