// Answers for every host below the domain of Workers: <project>-<environment>.<account>.<domain>.
// Bindings: TENANTS (the dispatch namespace), ROUTES (KV: what is private, and whose keys there are), LIMITS (JSON).

const NO_STORE = { "Cache-Control": "no-store", "Content-Type": "text/plain; charset=utf-8" };

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const [label, account] = url.hostname.split(".");
    if (!label || !account) return page(404, "There is nothing at this address.");
    const id = (await hex(`${label}.${account}`)).slice(0, 40);
    const route = await env.ROUTES.get(`route/${id}`, { type: "json", cacheTtl: 60 });
    const headers = new Headers(request.headers);
    // What only the platform may say.
    for (const name of [...headers.keys()]) if (name.startsWith("x-as-")) headers.delete(name);
    if (route?.private) {
      const key = presented(url, headers);
      if (!key || !(await opens(env, key, route))) return page(401, "This address needs a key of its project.");
      url.searchParams.delete("apiKey");
      headers.delete("x-api-key");
    }
    try {
      const tenant = env.TENANTS.get(`e-${id}`, {}, { limits: env.LIMITS });
      return await tenant.fetch(new Request(url, new Request(request, { headers })));
    } catch (error) {
      if (String(error?.message).startsWith("Worker not found")) return page(404, "There is nothing at this address.");
      console.error(error);
      return page(502, "The Worker at this address failed.");
    }
  },
};

function presented(url, headers) {
  const [scheme, token] = (headers.get("authorization") ?? "").split(" ");
  return headers.get("x-api-key") ?? url.searchParams.get("apiKey") ?? (scheme.toLowerCase() === "bearer" ? token : null);
}

async function opens(env, key, route) {
  const known = await env.ROUTES.get(`key/${await hex(key)}`, { type: "json", cacheTtl: 60 });
  if (!known || known.account !== route.account) return false;
  if (known.expires && known.expires <= Date.now()) return false;
  return !known.project || known.project === route.project;
}

async function hex(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function page(status, text) {
  return new Response(`${text}\n`, { status, headers: NO_STORE });
}
