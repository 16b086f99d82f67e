import { expired, type Draft } from "./draft-model";

/** Drafts in IndexedDB, keyed by client id, read by user. */

let opening: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("zhiyin", 1);
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore("drafts", { keyPath: "client" });
      store.createIndex("user", "user");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

async function run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const transaction = (await database()).transaction("drafts", mode, { durability: "strict" });
  const request = work(transaction.objectStore("drafts"));
  // At once: a page that goes hears no answer any more, and a transaction that waits for one would be undone.
  if (mode === "readwrite") transaction.commit();
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

export async function draftsOf(user: string): Promise<Draft[]> {
  if (!user) return [];
  const drafts = await run<Draft[]>("readonly", (store) => store.index("user").getAll(user));
  return drafts.sort((a, b) => a.at - b.at);
}

export async function keep(draft: Draft): Promise<void> {
  await run("readwrite", (store) => store.put(draft));
}

export async function drop(client: string): Promise<void> {
  await run("readwrite", (store) => store.delete(client));
}

/** Everybody's: what is older than seven days goes, whoever is signed in. */
export async function dropExpired(now: number): Promise<void> {
  const drafts = await run<Draft[]>("readonly", (store) => store.getAll());
  for (const draft of drafts) if (expired(draft, now)) await drop(draft.client);
}
