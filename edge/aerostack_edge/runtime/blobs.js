// Between the simulators and the folder of large values. Writing there returns when the operating system has the file,
// and the simulators ask no further: here it is on disk before they are told.
export default {
  async fetch(request, env) {
    const answer = await env.DISK.fetch(request);
    if (request.method !== "PUT") return answer;
    const synced = answer.ok && (await env.SYNC.fetch(request.url, { method: "POST" }));
    if (!synced.ok) throw new Error(`a value cannot be written: ${answer.status} ${synced.status}`);
    return answer;
  },
};
