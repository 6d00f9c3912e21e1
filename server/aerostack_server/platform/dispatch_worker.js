// Answers for every host below the domain of Workers: <project>-<environment>.<account>.<domain>.
//
// Bindings: TENANTS, the dispatch namespace; ROUTES, a KV namespace with what is private and whose keys there are;
// SETTINGS, { domain, limits }; EVENTS, the secret of the server, who calls Workers at their times.
//
// A public Worker is called e-<id>, a private one p-<id>, so that no answer from a cache of KV can open a private one.

export default {
  async fetch(request, env) {
    const { domain } = env.SETTINGS;
    const url = new URL(request.url);
    if (request.headers.has("x-as-target")) return service(request, env);
    if (url.hostname === `events.${domain}`) return event(request, env);
    const name = named(url.hostname, domain);
    if (name === null) return page(404, "There is nothing at this address.");
    const id = await identifier(name);
    const headers = new Headers(request.headers);
    clean(headers);
    const route = await env.ROUTES.get(`route/${id}`, { type: "json", cacheTtl: 60 });
    if (route && !(await opens(env, taken(url, headers), route))) {
      return page(401, "This address needs a key of its project.", { "WWW-Authenticate": "Bearer" });
    }
    return call(env, route ? `p-${id}` : `e-${id}`, new Request(url, new Request(request, { headers })));
  },
};

// The server has the Worker of a host do something: { name, type, … }.
async function event(request, env) {
  const [said, known] = await Promise.all([hex(request.headers.get("authorization") ?? ""), hex(`Bearer ${env.EVENTS}`)]);
  if (request.method !== "POST" || said !== known) return page(404, "There is nothing at this address.");
  const { name, ...told } = await request.json();
  const order = new Request(`https://${name}.${env.SETTINGS.domain}/`, {
    method: "POST",
    headers: { "x-as-event": told.type },
    body: JSON.stringify(told),
  });
  return call(env, await script(env, name), order);
}

// A Worker calls another one of its account, for which it was given a token.
async function service(request, env) {
  const headers = new Headers(request.headers);
  const [target, token] = [headers.get("x-as-target"), headers.get("x-as-token") ?? ""];
  const given = Uint8Array.from(token.match(/[0-9a-f]{2}/g) ?? [], (digits) => Number.parseInt(digits, 16));
  const text = new TextEncoder();
  const usage = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", text.encode(env.EVENTS), usage, false, ["verify"]);
  if (!(await crypto.subtle.verify("HMAC", key, given, text.encode(target)))) {
    return page(404, "There is nothing at this address.");
  }
  clean(headers);
  return call(env, await script(env, target), new Request(request, { headers }));
}

// What only the platform may say.
function clean(headers) {
  for (const header of [...headers.keys()]) if (header.startsWith("x-as-")) headers.delete(header);
}

async function script(env, name) {
  const id = await identifier(name);
  const route = await env.ROUTES.get(`route/${id}`, { cacheTtl: 60 });
  return `${route === null ? "e" : "p"}-${id}`;
}

async function call(env, script, request) {
  try {
    return await env.TENANTS.get(script, {}, { limits: env.SETTINGS.limits }).fetch(request);
  } catch (error) {
    if (String(error?.message).startsWith("Worker not found")) return page(404, "There is nothing at this address.");
    return page(502, "The Worker at this address failed.");
  }
}

function named(host, domain) {
  if (!host.endsWith(`.${domain}`)) return null;
  const name = host.slice(0, -domain.length - 1);
  return name.split(".").length === 2 ? name : null;
}

async function identifier(name) {
  return (await hex(name)).slice(0, 40);
}

// The key of a request, which the Worker itself need not see.
function taken(url, headers) {
  for (const header of ["x-api-key", "x-aerostack-key"]) {
    const key = headers.get(header);
    if (key) return headers.delete(header), key;
  }
  const key = url.searchParams.get("apiKey");
  if (key) return url.searchParams.delete("apiKey"), key;
  const [, bearer] = /^bearer\s+(aero_\S+)$/i.exec(headers.get("authorization") ?? "") ?? [];
  if (bearer) headers.delete("authorization");
  return bearer;
}

async function opens(env, key, route) {
  if (!key) return false;
  const keys = await env.ROUTES.get(`keys/${route.account}`, { type: "json", cacheTtl: 60 });
  const known = keys?.[await hex(key)];
  if (!known || (known.expires && known.expires <= Date.now())) return false;
  return !known.project || known.project === route.project;
}

async function hex(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function page(status, text, headers) {
  const usual = { "Cache-Control": "no-store", "Content-Type": "text/plain; charset=utf-8" };
  return new Response(`${text}\n`, { status, headers: { ...usual, ...headers } });
}
