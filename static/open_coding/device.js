/**
 * What this browser keeps for a person: changes that wait for the server, and words that are still being written.
 * IndexedDB, written through to the disk. (Storage of strings, localStorage, is written some seconds later: a browser
 * that dies takes those seconds with it.)
 */

/** @typedef {"changes" | "drafts"} Store */

const VERSION = 2; // 1 had changes only
let opened = /** @type {Promise<IDBDatabase> | null} */ (null);

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
export const answer = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/** @param {IDBDatabase} device */
function furnish(device) {
  if (!device.objectStoreNames.contains("changes")) {
    device.createObjectStore("changes", { keyPath: "at", autoIncrement: true }).createIndex("who", "who");
  }
  device.createObjectStore("drafts", { keyPath: ["who", "place"] }).createIndex("who", "who");
}

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("loam", VERSION);
    request.onupgradeneeded = () => furnish(request.result);
    request.onsuccess = () => {
      const found = request.result;
      const forget = () => { opened = null; };
      found.onclose = forget;
      found.onversionchange = () => { found.close(); forget(); };
      resolve(found);
    };
    request.onerror = request.onblocked = () => reject(request.error);
  });
  opened.catch(() => { opened = null; });
  return opened;
}

/** @param {Store} name */
export const reading = async (name) => (await database()).transaction(name).objectStore(name);

/** Whatever a person has in a store, in its order. @param {Store} name @param {string} who */
export const held = async (name, who) => answer((await reading(name)).index("who").getAll(who));

/**
 * Run requests in one transaction that is on the disk when this resolves.
 * @template T @param {Store} name @param {(store: IDBObjectStore) => IDBRequest<T>} run @returns {Promise<T>}
 */
export async function written(name, run) {
  const transaction = (await database()).transaction(name, "readwrite", { durability: "strict" });
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  const request = run(transaction.objectStore(name));
  transaction.commit(); // by itself it waits for this page's next turn, and a page that is being left may have none
  await done;
  return request.result;
}
