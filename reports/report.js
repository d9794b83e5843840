// Draws the figures and copies queries. The page says everything without it, in tables.
(() => {
  "use strict";
  const narrow = () => window.innerWidth < 640;
  const plots = [];

  // On a phone the legend is a list below the axis, and a finger scrolls instead of zooming.
  function adapted(figure) {
    const { data, layout } = figure;
    if (!narrow()) return layout;
    const listed = 20 * data.filter((trace) => trace.showlegend !== false).length;
    const margin = { ...layout.margin, l: 68, r: 10, b: 52 + listed };
    const height = layout.height - layout.margin.b + margin.b;
    return { ...layout, margin, height, dragmode: false, font: { ...layout.font, size: 11 } };
  }

  function draw(source) {
    const figure = JSON.parse(source.textContent);
    const place = document.getElementById(source.dataset.figure);
    const layout = adapted(figure);
    place.style.height = `${layout.height}px`;
    window.Plotly.newPlot(place, figure.data, layout, { displayModeBar: false, responsive: true });
    place.on("plotly_relayout", (change) => follow(place, change));
    plots.push(place);
  }

  // A zoom into one figure's time is a zoom into all of them.
  let following = false;
  async function follow(leader, change) {
    const moved = Object.keys(change).some((key) => key.startsWith("xaxis"));
    if (following || !moved) return;
    following = true;
    const { range, autorange } = leader._fullLayout.xaxis;
    const update = autorange ? { "xaxis.autorange": true } : { "xaxis.range": [...range] };
    for (const plot of plots) if (plot !== leader) await window.Plotly.relayout(plot, update);
    following = false;
  }

  async function copy(event) {
    const button = event.currentTarget;
    const text = button.parentElement.querySelector("code");
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = "Copied";
    } catch {
      window.getSelection().selectAllChildren(text);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2500);
  }

  function unfold() {
    for (const details of document.querySelectorAll("details")) details.open = true;
    for (const plot of plots) window.Plotly.Plots.resize(plot);
  }

  for (const source of document.querySelectorAll("script[data-figure]")) draw(source);
  for (const button of document.querySelectorAll("button.copy")) button.addEventListener("click", copy);
  window.addEventListener("beforeprint", unfold);
  document.documentElement.dataset.ready = "yes";
})();
