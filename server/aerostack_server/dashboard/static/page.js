// Asks before what cannot be taken back, and copies what is shown once. Without it both work by hand.
"use strict";

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue; // only at https and on this machine
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
  });
}

// What htmx asks for may fail, and what is shown then may be old: that is said once, until something succeeds again.
const trouble = document.createElement("p");
trouble.className = "refused";
trouble.setAttribute("role", "alert");

function say(words) {
  trouble.textContent = words;
  document.getElementById("content").prepend(trouble);
}

document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  say(status === 413 ? "That is more than the server takes at once." : `The server refused it, with status ${status}. Reload the page.`);
});
document.addEventListener("htmx:sendError", () => say("The server does not answer. What is shown may be old."));
document.addEventListener("htmx:afterOnLoad", (event) => { if (event.detail.successful) trouble.remove(); });
