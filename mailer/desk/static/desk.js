// Keys: whatever carries data-key="n" is pressed (or entered, for a field) by typing n outside of a field.
document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input, textarea, select");
  if (event.key === "Escape" && field) return field.blur();
  if (field || event.ctrlKey || event.altKey || event.metaKey) return;
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key)}"]:not([disabled])`);
  if (!wanted) return;
  event.preventDefault();
  wanted.matches("input, textarea") ? wanted.focus() : wanted.click();
});
