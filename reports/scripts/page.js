// Puts the page together: what can be copied, unfolded for print, switched and filtered.
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

const folded = [];
function unfold() {
  for (const details of document.querySelectorAll("details:not([open])")) {
    folded.push(details);
    details.open = true;
  }
  for (const { place } of plots) window.Plotly.Plots.resize(place);
}

function fold() {
  for (const details of folded.splice(0)) details.open = false;
  for (const { place } of plots) window.Plotly.Plots.resize(place);
}

// A reference into a folded part would lead nowhere.
function reveal() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
}

for (const button of document.querySelectorAll("button.copy")) button.addEventListener("click", copy);
window.addEventListener("beforeprint", unfold);
window.addEventListener("afterprint", fold);
window.addEventListener("hashchange", reveal);
offerZones(() => { if (breakdown) tell(); draw(); });
offerFilter(draw);
drawAll().then(() => { document.documentElement.dataset.ready = "yes"; });
