// Says every time on the page in the zone that was chosen: UTC, the reader's, or the logs' own.
const written = document.getElementById("zone").dataset.written;
const zones = {
  utc: { label: "UTC", ahead: () => 0 },
  local: { label: Intl.DateTimeFormat().resolvedOptions().timeZone || "local", ahead: (ms) => -new Date(ms).getTimezoneOffset() },
  ...(written === "" ? {} : { log: { label: offsetName(Number(written)), ahead: () => Number(written) } }),
};
let zone = zones.utc;

function offsetName(minutes) {
  const size = Math.abs(minutes);
  const two = (value) => String(value).padStart(2, "0");
  return minutes ? `UTC${minutes < 0 ? "−" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}` : "UTC";
}

// A time as the zone's clocks show it, in the shape of ISO 8601: "2026-03-01T10:14:05.120".
const shifted = (ms, shownIn = zone) => new Date(ms + shownIn.ahead(ms) * 60000).toISOString().slice(0, 23);
const unshifted = (text) => {
  const asUtc = Date.parse(`${text.replace(" ", "T").slice(0, 23)}${text.length > 10 ? "" : "T00:00:00"}Z`);
  const guess = asUtc - zone.ahead(asUtc) * 60000;
  return asUtc - zone.ahead(guess) * 60000;
};

function said(ms, form, zoned) {
  const [day, clock] = shifted(ms).split("T");
  const time = clock.endsWith(".000") ? clock.slice(0, 8) : clock;
  // A time without its date is of the date that UTC has, unless it says another.
  const other = day !== shifted(ms, zones.utc).slice(0, 10);
  const text = form === "day" ? day : form === "clock" && !other ? time : `${day} ${time}`;
  return zoned ? `${text} ${offsetName(zone.ahead(ms))}` : text;
}

function timeElement(ms, form, zoned = false) {
  const element = document.createElement("time");
  element.dateTime = new Date(ms).toISOString();
  element.dataset.form = form;
  if (zoned) element.dataset.zoned = "";
  rewrite(element);
  return element;
}

function rewrite(element) {
  element.textContent = said(Date.parse(element.dateTime), element.dataset.form, "zoned" in element.dataset);
}

function switchZone(name) {
  zone = zones[name];
  for (const element of document.querySelectorAll("time[data-form]")) rewrite(element);
  for (const element of document.querySelectorAll("[data-zone]")) element.textContent = zone.label;
}

function offerZones(changed) {
  const select = document.getElementById("zone");
  const words = { utc: "UTC", local: `here: ${zones.local.label}`, log: `the logs’: ${zones.log?.label}` };
  for (const name of Object.keys(zones)) select.append(new Option(words[name], name));
  select.hidden = false;
  document.querySelector("label[for=zone]").textContent = "times in";
  select.addEventListener("change", () => { switchZone(select.value); changed(); });
}

function chooseZone(name) {
  document.getElementById("zone").value = name;
  switchZone(name);
}
