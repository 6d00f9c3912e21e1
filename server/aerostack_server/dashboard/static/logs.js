// Shows what a live Worker does. Text only ever becomes text nodes.
"use strict";

const stream = document.getElementById("stream");
const state = document.getElementById("state");
const MOST = 500;

function line(tag, text, name) {
  const made = document.createElement(tag);
  made.textContent = text;
  if (name) made.className = name;
  return made;
}

function title(trace) {
  const event = trace.event || {};
  if (event.request) {
    const status = event.response ? event.response.status : "";
    return `${event.request.method} ${event.request.url} ${status}`;
  }
  if (event.cron) return `schedule ${event.cron}`;
  if (event.queue) return `queue ${event.queue}`;
  return "event";
}

function show(trace) {
  const entry = document.createElement("div");
  const when = new Date(trace.eventTimestamp || Date.now()).toLocaleTimeString();
  const fine = trace.outcome === "ok";
  entry.append(line("div", `${when}  ${title(trace)}${fine ? "" : `  ${trace.outcome}`}`, fine ? "mono" : "mono thrown"));
  for (const log of trace.logs || []) {
    const words = (log.message || []).map((part) => (typeof part === "string" ? part : JSON.stringify(part)));
    entry.append(line("div", `${log.level}: ${words.join(" ")}`, "mono quiet break"));
  }
  for (const thrown of trace.exceptions || []) {
    entry.append(line("div", `${thrown.name}: ${thrown.message}`, "mono thrown break"));
  }
  const atEnd = stream.scrollTop + stream.clientHeight >= stream.scrollHeight - 40;
  stream.append(entry);
  while (stream.childElementCount > MOST) stream.firstElementChild.remove();
  if (atEnd) stream.scrollTop = stream.scrollHeight;
}

if (stream) {
  const source = new EventSource(stream.dataset.source);
  source.addEventListener("open", () => { state.textContent = "Watching. Requests appear once they are over."; });
  source.addEventListener("trace", (event) => show(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    state.textContent = source.readyState === EventSource.CLOSED ? "The log cannot be shown now. Reload the page to try again." : "Connecting again.";
  });
}
