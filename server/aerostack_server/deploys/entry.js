// In front of a Worker that has schedules: in a dispatch namespace Workers are called by fetch alone. The dispatch
// Worker lets nobody else send the header. `tenant` is the Worker's own main module.

const HEADER = "x-as-event";
const main = tenant.default;

async function scheduled(request, run) {
  const { cron, scheduledTime } = await request.json();
  await run({ type: "scheduled", cron, scheduledTime, noRetry() {} });
  return new Response(null, { status: 204 });
}

function object() {
  const entry = {};
  // Not by a prototype: a method that uses private fields needs its own object.
  for (const name of ["queue", "scheduled", "tail", "trace", "email", "test"]) {
    if (typeof main?.[name] === "function") entry[name] = (...given) => main[name](...given);
  }
  entry.fetch = (request, env, ctx) =>
    request.headers.get(HEADER) === "scheduled"
      ? scheduled(request, (controller) => main.scheduled(controller, env, ctx))
      : main.fetch(request, env, ctx);
  return entry;
}

function entrypoint() {
  return class extends main {
    fetch(request) {
      return request.headers.get(HEADER) === "scheduled"
        ? scheduled(request, (controller) => this.scheduled(controller))
        : super.fetch(request);
    }
  };
}

export default typeof main === "function" ? entrypoint() : object();
