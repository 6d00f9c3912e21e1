// The binding of a dispatch namespace: finds a Worker in it by name.
class Worker {
  #namespace;
  #name;

  constructor(namespace, name) {
    this.#namespace = namespace;
    this.#name = encodeURIComponent(name);
  }

  async fetch(input, init) {
    const request = new Request(input, init);
    request.headers.set("x-aerostack-script", this.#name);
    const response = await this.#namespace.fetch(request);
    // Only the edge can say so: no answer of a Worker has this header.
    if (response.headers.has("x-aerostack-missing")) throw new Error("Worker not found.");
    return response;
  }
}

class DispatchNamespace {
  #namespace;

  constructor(namespace) {
    this.#namespace = namespace;
  }

  get(name) {
    return new Worker(this.#namespace, String(name));
  }
}

export default (env) => new DispatchNamespace(env.namespace);
