// Adds up the embedded counts of requests, and says figures as the server-rendered tables do.
const held = JSON.parse(document.getElementById("logsleuth-investigation").textContent);
const breakdown = held.series.breakdown;

// In the flat tables -n stands for n zeros in a row.
function spread(runs) {
  return runs.flatMap((value) => (value < 0 ? Array(-value).fill(0) : [value]));
}

const tables = breakdown && {
  requests: { size: breakdown.routes.length, cells: spread(breakdown.requests) },
  failed: { size: breakdown.routes.length, cells: spread(breakdown.failed) },
  answered: { size: breakdown.outcomes.length, cells: spread(breakdown.answered) },
  latencies: { size: breakdown.bands_s.length + 1, cells: spread(breakdown.latencies) },
  took: { size: breakdown.routes.length, cells: spread(breakdown.took_ms) },
  sent: { size: breakdown.routes.length, cells: spread(breakdown.sent_bytes) },
};
if (breakdown) {
  breakdown.tallies.forEach(({ values, requests, failed }, place) => {
    tables[`tally-${place}`] = { size: values.length, cells: spread(requests) };
    tables[`tally-${place}-failed`] = { size: values.length, cells: spread(failed) };
  });
}

// The sums of a table's last axis over bins [first, last) of one server, or of all where it is null.
function sums(name, { first, last, facet }) {
  const { size, cells } = tables[name];
  if (!cells.length) return Array(size).fill(null);
  const facets = breakdown.facets.length;
  const found = Array(size).fill(0);
  for (let bin = first; bin < last; bin += 1) {
    for (let one = facet ?? 0; one < (facet === null ? facets : facet + 1); one += 1) {
      const begin = (bin * facets + one) * size;
      for (let place = 0; place < size; place += 1) found[place] += cells[begin + place];
    }
  }
  return found;
}

const whole = (values) => values.reduce((sum, value) => sum + value, 0);
const rate = (part, all) => (all ? part / all : null);

// The middle of the band of latency that a quantile lies in; null where nothing was timed.
function quantile(counts, part) {
  const wanted = part * whole(counts);
  let seen = 0;
  for (const [place, number] of counts.entries()) {
    seen += number;
    if (number && seen >= wanted) {
      if (place >= breakdown.bands_s.length) return null;
      return Math.sqrt(breakdown.bands_s[Math.max(place - 1, 0)] * breakdown.bands_s[place]);
    }
  }
  return null;
}

const UNKNOWN = "–";
const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const counted = (value) => grouped.format(value);

function percent(value) {
  if (value === null) return UNKNOWN;
  const hundredths = value * 100;
  if (hundredths > 0 && hundredths < 0.01) return "< 0.01 %";
  if (hundredths === 0 || hundredths >= 99.95) return `${hundredths.toFixed(0)} %`;
  return `${hundredths.toFixed(hundredths < 1 ? 2 : 1)} %`;
}

function seconds(value) {
  if (value === null) return UNKNOWN;
  const said = (figure) => String(Number(figure.toPrecision(3)));
  if (value < 1) return `${said(value * 1000)} ms`;
  if (value < 60) return `${said(value)} s`;
  return lasting(Math.round(value));
}

// The two largest units, as the server says them.
function lasting(total) {
  const sizes = [[Math.floor(total / 86400), "d"], [Math.floor((total % 86400) / 3600), "h"],
    [Math.floor((total % 3600) / 60), "min"], [total % 60, "s"]];
  const first = Math.max(sizes.findIndex(([size]) => size), 0);
  const next = sizes.slice(first + 1, first + 2).filter(([size]) => size);
  return [sizes[first], ...next].map(([size, unit]) => `${size} ${unit}`).join(" ");
}

function size(value) {
  if (value === null) return UNKNOWN;
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; unit += 1) value /= 1000;
  return `${Number(value.toPrecision(3))} ${units[unit]}`;
}

// A figure of any size in at most four digits.
const figured = (value) => (value >= 1000 ? counted(value) : String(Number(value.toPrecision(4))));
