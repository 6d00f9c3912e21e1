// Beside every Worker, in its process: sends it events other than requests, and hands on what it did to who watches.
let watched = false;

// What a message was made of, by its format.
const contents = {
  json: (bytes) => ({ body: JSON.parse(new TextDecoder().decode(bytes)) }),
  text: (bytes) => ({ body: new TextDecoder().decode(bytes) }),
  bytes: (bytes) => ({ body: bytes.buffer }),
  v8: (bytes) => ({ serializedBody: bytes }),
};

const message = ({ id, timestamp, attempts, format, body }) => ({
  id,
  timestamp: new Date(timestamp),
  attempts,
  ...contents[format](Uint8Array.from(atob(body), (character) => character.charCodeAt(0))),
});

const orders = {
  async "/ping"() {
    return new Response();
  },
  async "/watch"(request) {
    watched = (await request.text()) === "on";
    return new Response();
  },
  async "/queue"(request, env) {
    const { queue, messages } = await request.json();
    return Response.json(await env.MAIN.queue(queue, messages.map(message)));
  },
  async "/scheduled"(request, env) {
    const { cron, scheduledTime } = await request.json();
    return Response.json(await env.MAIN.scheduled({ cron, scheduledTime }));
  },
};

export default {
  // Called after every event of the Worker; nothing leaves the process while nobody watches.
  async tail(items, env) {
    if (!watched) return;
    await env.TAILS.fetch("http://tails/", { method: "POST", body: JSON.stringify({ ...env.ABOUT, items }) });
  },
  // A socket of its own leads here, which no Worker has.
  async fetch(request, env) {
    return await orders[new URL(request.url).pathname](request, env);
  },
};
