// Recordings that nobody has acknowledged yet, kept on this device piece by piece: a dead battery loses two seconds.
const open = () =>
  new Promise((done, failed) => {
    const asked = indexedDB.open("savoir", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("pieces", { autoIncrement: true });
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
const ended = (transaction) =>
  new Promise((done, failed) => {
    transaction.oncomplete = () => done();
    transaction.onabort = transaction.onerror = () => failed(transaction.error);
  });

/** Keeps a piece of the recording `key`. */
export async function keep(key, piece) {
  const transaction = (await open()).transaction("pieces", "readwrite");
  transaction.objectStore("pieces").add({ key, piece, type: piece.type, at: Date.now() });
  return ended(transaction);
}

/** The recording that was not acknowledged: its key and its sound; null when there is none. */
export async function unsent() {
  const transaction = (await open()).transaction("pieces", "readonly");
  const asked = transaction.objectStore("pieces").getAll();
  await ended(transaction);
  const [first] = asked.result;
  if (!first) return null;
  const own = asked.result.filter((row) => row.key === first.key);
  return { key: first.key, sound: new Blob(own.map((row) => row.piece), { type: first.type }) };
}

/** Forgets the recording `key`. */
export async function forget(key) {
  const transaction = (await open()).transaction("pieces", "readwrite");
  const asked = transaction.objectStore("pieces").openCursor();
  asked.onsuccess = () => {
    const cursor = asked.result;
    if (!cursor) return;
    if (cursor.value.key === key) cursor.delete();
    cursor.continue();
  };
  return ended(transaction);
}
