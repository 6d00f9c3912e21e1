import { addNote, listNotes } from "./notes";

export interface Env {
  DB: D1Database;
  CACHE: KVNamespace;
  GREETING: string;
}

export default {
  async fetch(request, env): Promise<Response> {
    const { pathname } = new URL(request.url);

    if (pathname === "/") {
      const notes = await addNote(env.DB, `visited at ${new Date().toISOString()}`);
      return Response.json({
        greeting: env.GREETING,
        d1: { notes },
        kv: { visits: await countVisit(env.CACHE) },
      });
    }
    if (pathname === "/notes") {
      return Response.json(await listNotes(env.DB));
    }
    return Response.json({ error: "not found" }, { status: 404 });
  },
} satisfies ExportedHandler<Env>;

/** KV is eventually consistent, which is good enough for a counter that only decorates. */
async function countVisit(cache: KVNamespace): Promise<number> {
  const visits = Number((await cache.get("visits")) ?? 0) + 1;
  await cache.put("visits", String(visits));
  return visits;
}
