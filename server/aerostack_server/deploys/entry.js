// In front of a Worker that has schedules or calls others: in a dispatch namespace Workers are called by fetch alone, and
// a service binding cannot name one. `tenant` is the Worker's own main module.

const HEADER = "x-as-event";
const main = tenant.default;

// Both are bindings of ours: the dispatch Worker, and what it wants to hear before it calls another Worker.
const THROUGH = "_AEROSTACK_THROUGH";
const SERVICES = "_AEROSTACK_SERVICES";

function service(through, { target, token }) {
  return {
    fetch(input, init) {
      const request = new Request(input, init);
      request.headers.set("x-as-target", target);
      request.headers.set("x-as-token", token);
      return through.fetch(request);
    },
  };
}

const completed = new WeakMap();

function complete(env) {
  if (env?.[SERVICES] === undefined) return env;
  if (!completed.has(env)) {
    const { [THROUGH]: through, [SERVICES]: services, ...own } = env;
    for (const [name, known] of Object.entries(JSON.parse(services))) own[name] = service(through, known);
    completed.set(env, own);
  }
  return completed.get(env);
}

async function scheduled(request, run) {
  const { cron, scheduledTime } = await request.json();
  await run({ type: "scheduled", cron, scheduledTime, noRetry() {} });
  return new Response(null, { status: 204 });
}

function object() {
  const entry = {};
  // Not by a prototype: a method that uses private fields needs its own object.
  for (const name of ["queue", "scheduled", "tail", "trace", "email", "test"]) {
    if (typeof main?.[name] === "function") entry[name] = (event, env, ctx) => main[name](event, complete(env), ctx);
  }
  entry.fetch = (request, env, ctx) =>
    request.headers.get(HEADER) === "scheduled"
      ? scheduled(request, (controller) => main.scheduled(controller, complete(env), ctx))
      : main.fetch(request, complete(env), ctx);
  return entry;
}

function entrypoint() {
  return class extends main {
    constructor(ctx, env) {
      super(ctx, complete(env));
    }
    fetch(request) {
      return request.headers.get(HEADER) === "scheduled"
        ? scheduled(request, (controller) => this.scheduled(controller))
        : super.fetch(request);
    }
  };
}

export default typeof main === "function" ? entrypoint() : object();
