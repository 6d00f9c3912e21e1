// The front of the store: finds the object that holds a namespace, and empties it on request.
import { D1DatabaseObject } from "simulator-d1";
import { KVNamespaceObject } from "simulator-kv";
import { R2BucketObject } from "simulator-r2";

// The simulators cannot forget: an emptied object is also stopped, so that nothing cached lives on.
const emptiable = (Simulator) =>
  class extends Simulator {
    async fetch(request) {
      if (request.cf?.empty) {
        await this.state.storage.deleteAll();
        this.state.abort("emptied");
      }
      return super.fetch(request);
    }
  };

export const D1 = emptiable(D1DatabaseObject);
export const KV = emptiable(KVNamespaceObject);
export const R2 = emptiable(R2BucketObject);

// "kind:id". workerd replaces what a Worker may have set under that name.
function find(request, env) {
  const [, kind, id] = /^(d1|kv|r2):(.+)$/.exec(request.headers.get("x-ns"));
  const namespace = env[kind];
  const object = namespace.idFromName(id);
  return { object, stub: namespace.get(object), name: `${kind}-${id}` };
}

// Where caches.default leads: a cache may forget, and this one always does.
function forget({ method }) {
  if (method === "GET") return new Response(null, { status: 504, headers: { "cf-cache-status": "MISS" } });
  return new Response(null, { status: method === "PUT" ? 204 : 404 });
}

export default {
  async fetch(request, env) {
    if (request.headers.get("x-ns") === "cache") return forget(request);
    const { stub, name } = find(request, env);
    return await stub.fetch(request, { cf: { miniflare: { name } } });
  },
};

// A socket of its own leads here, which no Worker has.
export const control = {
  async fetch(request, env) {
    if (!request.headers.has("x-ns")) return new Response("ready");
    const { object, stub } = find(request, env);
    try {
      await stub.fetch("http://store/", { cf: { empty: true } });
    } catch (error) {
      if (!String(error.message).includes("emptied")) throw error;
    }
    return new Response(object.toString());
  },
};
