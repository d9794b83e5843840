// Draws the figures in the chosen zone and for the selection. The page says it all in tables too.
const sources = [...document.querySelectorAll("script[data-figure]")];
const plots = [];
const narrow = () => window.innerWidth < 640;

async function unpacked(packed) {
  const bytes = Uint8Array.from(atob(packed.trim()), (letter) => letter.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  // The policy knows the digest of exactly this text.
  script.textContent = await new Response(plain).text();
  document.head.append(script);
}

const instant = (text) => Date.parse(`${text}Z`);

function times(x) {
  if (Array.isArray(x)) return x.map(instant);
  const found = [instant(x.from)];
  const steps = x.steps ?? Array(x.count - 1).fill(x.step);
  for (const step of steps) found.push(found.at(-1) + step);
  return found;
}

function read(source) {
  const figure = JSON.parse(source.textContent);
  for (const trace of figure.data) trace.x = times(trace.x);
  return { figure, place: document.getElementById(source.dataset.figure) };
}

// One server's part of a panel, by the bins of the counts.
const panels = {
  requests: (chosen) => whole(sums("requests", chosen)) / breakdown.bin_s,
  failures: (chosen) => whole(sums("failed", chosen)) / breakdown.bin_s,
  latency: (chosen) => quantile(sums("latencies", chosen), 0.95),
};

function traced(trace) {
  const { panel, facet } = trace.meta ?? {};
  const one = selection?.facet ?? null;
  const found = { ...trace };
  if (one !== null && panel) {
    const bins = [...Array(breakdown.bins).keys()];
    found.x = bins.map(edge);
    found.y = bins.map((bin) => panels[panel]({ first: bin, last: bin + 1, facet: one }));
  }
  if (one !== null && facet !== undefined) found.opacity = facet === one ? 1 : 0.25;
  found.x = found.x.map((ms) => shifted(ms));
  return found;
}

function framed({ figure }) {
  const { layout } = figure;
  const onAxis = (thing) => thing.xref === "x";
  const move = (text) => shifted(instant(text));
  const whole = selection && narrowed() ? [edge(selection.first), edge(selection.last)] : layout.xaxis.range.map(instant);
  return {
    ...adapted(figure),
    xaxis: {
      ...layout.xaxis,
      range: whole.map((ms) => shifted(ms)),
      hoverformat: layout.xaxis.hoverformat.replace("UTC", zone.label),
    },
    shapes: (layout.shapes ?? []).map((shape) => (onAxis(shape) ? { ...shape, x0: move(shape.x0), x1: move(shape.x1) } : shape)),
    annotations: (layout.annotations ?? []).map((note) => (onAxis(note)
      ? { ...note, x: move(note.x), xanchor: anchored(note, whole), text: `${note.name} ${said(instant(note.x), "clock").replace(/\.\d+$/, "")}` } : note)),
  };
}

// On a phone a label would be cut off at the edge that doesn't reach it on a wide screen.
function anchored(note, [from, to]) {
  const late = (instant(note.x) - from) / (to - from) > 0.7;
  return narrow() && note.name === "end" && late ? "right" : note.xanchor;
}

// On a phone the legend is a list below the axis, and a finger scrolls instead of zooming.
function adapted({ data, layout }) {
  if (!narrow()) return layout;
  const listed = 20 * data.filter((trace) => trace.showlegend !== false).length;
  const margin = { ...layout.margin, l: 68, r: 10, b: 52 + listed };
  const height = layout.height - layout.margin.b + margin.b;
  return { ...layout, margin, height, dragmode: false, font: { ...layout.font, size: 11 } };
}

let drawing = false;
async function draw() {
  drawing = true;
  for (const plot of plots) {
    const layout = framed(plot);
    plot.place.style.height = `${layout.height}px`;
    await window.Plotly.react(plot.place, plot.figure.data.map(traced), layout, { displayModeBar: false, responsive: true, doubleClick: false, showTips: false });
  }
  drawing = false;
}

// Dragging over a stretch of one figure's time is choosing it for the whole page.
function follow(place) {
  place.on("plotly_relayout", (change) => {
    const moved = Object.keys(change).some((key) => key.startsWith("xaxis"));
    if (drawing || !moved || !breakdown) return;
    const [from, to] = place._fullLayout.xaxis.range.map((text) => unshifted(String(text)));
    select(binsOf(from, to), draw);
  });
  place.on("plotly_doubleclick", () => { if (breakdown) select({ first: 0, last: breakdown.bins }, draw); });
  place.on("plotly_click", ({ points }) => {
    const facet = points[0].data.meta?.facet;
    if (facet !== undefined && points.length === 1) pick(facet, draw);
  });
  place.on("plotly_legendclick", ({ curveNumber, data }) => {
    const facet = data[curveNumber].meta?.facet;
    if (facet === undefined) return true;
    pick(facet, draw);
    return false;
  });
}

async function drawAll() {
  const packed = document.getElementById("plotly");
  if (!packed || !sources.length) return;
  try {
    await unpacked(packed.textContent);
    plots.push(...sources.map(read));
    await draw();
    for (const plot of plots) follow(plot.place);
  } catch (problem) {
    // An old browser can't unpack it; the tables say the same.
    for (const figure of document.querySelectorAll("figure.plot")) figure.hidden = true;
    console.warn(String(problem));
  }
}
