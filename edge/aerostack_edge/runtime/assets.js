// The KV namespace in which the asset Worker looks for contents: files on disk, and their content types, by their hash.
export default {
  async fetch(request, { FILES, TYPES }) {
    const entry = TYPES[new URL(request.url).pathname.slice(1)];
    if (entry === undefined) return new Response(null, { status: 404 });
    const [file, contentType] = entry;
    const response = await FILES.fetch(`http://files/${file}`);
    const headers = contentType ? { "cf-kv-metadata": JSON.stringify({ contentType }) } : {};
    return new Response(response.body, { status: response.status, headers });
  },
};
