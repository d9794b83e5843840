// Puts the page together: what can be copied, unfolded for print, switched and filtered.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

// Where scripts may not write to the clipboard the text is selected: an older way, or a key, copies it.
async function copy(event) {
  const button = event.currentTarget;
  const text = button.parentElement.querySelector("code");
  let done = await copied(text.textContent);
  if (!done) {
    window.getSelection().selectAllChildren(text);
    done = document.execCommand("copy");
  }
  button.textContent = done ? "Copied" : "Selected";
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

for (const button of document.querySelectorAll("button.copy")) button.addEventListener("click", copy);
window.addEventListener("beforeprint", unfold);
window.addEventListener("afterprint", fold);
offerZones(() => { if (breakdown) tell(); remember(); draw(); });
offerFilter(draw);
offerLink();
drawAll().then(() => {
  recall(draw);
  window.addEventListener("hashchange", () => recall(draw));
  document.documentElement.dataset.ready = "yes";
});
