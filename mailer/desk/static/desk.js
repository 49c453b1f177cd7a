// Keys: whatever carries data-key="n" is pressed (or entered, for a field) by typing n outside of a field.
document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input, textarea, select");
  if (event.key === "Escape" && field) return field.blur();
  if (field || event.ctrlKey || event.altKey || event.metaKey) return;
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key)}"]:not([disabled])`);
  if (!wanted) return;
  event.preventDefault();
  wanted.matches("input, select, textarea") ? wanted.focus() : wanted.click();
});

// What is typed into a form with data-live is kept after a pause, and the preview follows: the page is asked for again,
// and the parts of it that show the email take its place. Without this script there is the Save button.
const FOLLOWING = ["mail", "problems", "decide"];
let pause = 0;
let unsaved = false;

async function keep(form) {
  clearTimeout(pause);
  if (!unsaved) return;
  unsaved = false;
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: true });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of FOLLOWING) {
    const fresh = page.getElementById(id);
    if (fresh) document.getElementById(id).replaceWith(document.importNode(fresh, true));
  }
  document.getElementById("saved").textContent = answer.ok ? "Saved." : "Not saved. Load the page again.";
}

const live = document.querySelector("form[data-live]");
if (live) {
  live.addEventListener("input", () => {
    unsaved = true;
    document.getElementById("saved").textContent = "";
    clearTimeout(pause);
    pause = setTimeout(keep, 600, live);
  });
  live.addEventListener("focusout", () => keep(live));
  // A yes is said to words that were shown: what is still unsaved is shown first.
  document.addEventListener("submit", (event) => {
    if (!unsaved || event.target === live) return;
    event.preventDefault();
    keep(live);
  });
}

// While a campaign is being sent its page is asked for again every second, and the parts that tell of it take their place.
async function follow() {
  const progress = document.querySelector("#progress[data-poll]");
  if (!progress) return;
  const answer = await fetch(progress.dataset.poll);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of ["progress", "plan"]) {
    const fresh = page.getElementById(id);
    if (fresh) document.getElementById(id).replaceWith(document.importNode(fresh, true));
  }
  setTimeout(follow, 1000);
}
follow();

// A file that is dropped anywhere on a page with a form for it is as if it had been chosen there.
const drop = document.querySelector("form[data-drop]");
if (drop) {
  const field = drop.querySelector("input[type=file]");
  const over = (is) => drop.classList.toggle("over", is);
  document.addEventListener("dragover", (event) => { event.preventDefault(); over(true); });
  document.addEventListener("dragleave", () => over(false));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    if (!event.dataTransfer.files.length) return;
    field.files = event.dataTransfer.files;
    drop.requestSubmit();
  });
}
