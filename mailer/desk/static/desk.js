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
const FOLLOWING = ["mail", "problems", "decide", "was", "undo"];
let pause = 0;
let unsaved = false;
let asked = 0; // how often it was kept
let awaited = 0; // how many answers are not there yet

async function keep(form) {
  clearTimeout(pause);
  if (!unsaved) return;
  unsaved = false;
  const turn = ++asked;
  const sent = new Map([...form.querySelectorAll("textarea, input[type=text]")].map((field) => [field, field.value]));
  awaited += 1;
  const page = await posted(form).catch(() => null);
  awaited -= 1;
  if (turn !== asked) return; // a later answer shows more
  if (page) follow(page, sent);
  document.getElementById("saved").textContent = page ? "Saved." : "Not saved. Load the page again.";
}

// Only what was changed is sent: what outlives its page must be small.
async function posted(form) {
  const said = new FormData(form);
  for (const name of [...said.keys()]) {
    if (said.has(name) && said.get(name) === said.get(`was_${name}`)) [name, `was_${name}`].forEach((each) => said.delete(each));
  }
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(said), keepalive: true });
  return answer.ok ? parsed(answer) : null;
}

async function parsed(answer) {
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

function replace(ids, page) {
  for (const id of ids) {
    const fresh = page.getElementById(id);
    if (fresh) document.getElementById(id).replaceWith(document.importNode(fresh, true));
  }
}

// The email, and the fields that nobody has typed into since: the whole email has the new sentence in it.
function follow(page, sent) {
  replace(FOLLOWING, page);
  for (const [field, value] of sent) {
    const fresh = page.getElementById(field.id);
    if (fresh && field.value === value && field !== document.activeElement) field.value = fresh.value;
  }
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
  window.addEventListener("pagehide", () => keep(live));
  // A yes is said to words that were shown: what is still unsaved, or being saved, is shown first.
  document.addEventListener("submit", (event) => {
    if (!(unsaved || awaited) || event.target === live) return;
    event.preventDefault();
    keep(live);
  });
}

// What is on its way is not sent again by a second press; a page that the browser brings back may send anew.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

// While a campaign is being sent its page is asked for again every second, and the parts that tell of it take their place.
async function watch() {
  const progress = document.querySelector("#progress[data-poll]");
  if (!progress) return;
  const answer = await fetch(progress.dataset.poll);
  replace(["progress", "plan", "rounds"], await parsed(answer));
  setTimeout(watch, 1000);
}
watch();

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
