export interface Note {
  id: number;
  text: string;
}

const CREATE = "CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)";

/** Add a note and say how many there are now. */
export async function addNote(db: D1Database, text: string): Promise<number> {
  // One batch is one transaction and one round trip.
  const [, , count] = await db.batch<{ notes: number }>([
    db.prepare(CREATE),
    db.prepare("INSERT INTO notes (text) VALUES (?)").bind(text),
    db.prepare("SELECT count(*) AS notes FROM notes"),
  ]);
  return count.results[0].notes;
}

/** The ten latest notes, newest first. */
export async function listNotes(db: D1Database): Promise<Note[]> {
  const [, latest] = await db.batch<Note>([
    db.prepare(CREATE),
    db.prepare("SELECT id, text FROM notes ORDER BY id DESC LIMIT 10"),
  ]);
  return latest.results;
}
