// The page without a connection. Two caches: one for each build, filled in one go with everything that the page's programs are,
// each file held against its hash; and one for networks, digits and lessons, filled with those that were looked at.
//
// A page of one build never meets a file of another: a build's names carry its id or their own hash, and what is asked under a
// name that no kept build has goes to the network. `cargo xtask dist` writes the lists over these three.

const BUILD = "dev";
/** Address and SHA-256 of every file of this build; "./" is the page itself. */
const FILES = [];
/** Twelve digits of the SHA-256 of each network, shard of images, answer and page of a lesson; a new build keeps what has not changed. */
const ASSETS = {};
/** What all of them weigh. */
const BYTES = 0;

const OWN = `boundscope-${BUILD}`;
const KEPT = "boundscope-assets";

const scope = new URL("./", self.location.href);
const inside = (url) => (url.href.startsWith(scope.href) ? url.href.slice(scope.href.length).split("#")[0] : null);

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(OWN);
      // A file that is not of this build fails, and with it the whole: the browser tries again at a later visit.
      await Promise.all(
        FILES.map(async ([path, integrity]) => {
          const url = new URL(path, scope);
          // What the page has just loaded is at hand; where that is another build's, the server is asked.
          const response = await fetch(url, { integrity }).catch(() => fetch(url, { integrity, cache: "reload" }));
          if (!response.ok) throw new Error(`${path} answered ${response.status}`);
          await cache.put(url, response);
        }),
      );
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      // Pages that are still open may be of the build before this one: it goes when the next one comes.
      const builds = (await caches.keys()).filter((name) => name.startsWith("boundscope-") && name !== KEPT && name !== OWN);
      await Promise.all(builds.slice(0, -1).map((name) => caches.delete(name)));
      const cache = await caches.open(KEPT);
      for (const request of await cache.keys()) {
        const url = new URL(request.url);
        if (ASSETS[inside(url)?.split("?")[0]] !== url.searchParams.get("h")) await cache.delete(request);
      }
      // The page of a first visit, too: what it has not loaded yet is kept from now on.
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("message", (event) => {
  // A page that was told of this build wants it.
  if (event.data === "take over") self.skipWaiting();
  // All networks and digits, on request; or, with "count", how many are here.
  if (event.data?.everything) event.waitUntil(everything(event.ports[0], event.data.everything === "count"));
  // A first visit has loaded networks and digits before there was anybody to keep them.
  const seen = Array.isArray(event.data?.keep) ? event.data.keep : [];
  const paths = seen.filter((path) => Object.hasOwn(ASSETS, path));
  event.waitUntil(Promise.all(paths.map((path) => asset(new Request(new URL(path, scope)), path).catch(() => {}))));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = inside(new URL(request.url));
  if (request.method !== "GET" || path === null) return;
  if (request.mode === "navigate") {
    const lesson = path.split("?")[0];
    if (path === "" || path === "index.html" || path.startsWith("?")) event.respondWith(page(request));
    else if (Object.hasOwn(ASSETS, lesson)) event.respondWith(asset(request, lesson));
  } else if (Object.hasOwn(ASSETS, path)) {
    event.respondWith(asset(request, path));
  } else {
    event.respondWith(file(request));
  }
});

async function page(request) {
  return (await (await caches.open(OWN)).match(new URL("./", scope))) ?? fetch(request);
}

async function file(request) {
  return (await (await caches.open(OWN)).match(request.url)) ?? (await caches.match(request.url)) ?? fetch(request);
}

/** The name under which a cache has a file: one for each of its contents. */
const named = (path) => new URL(`${path}?h=${ASSETS[path]}`, scope);

/** Keeps every asset that is not kept yet, one after the other, and tells the port after each how far it is. A word from the port ends it. */
async function everything(port, count) {
  const cache = await caches.open(KEPT);
  const paths = Object.keys(ASSETS);
  const has = await Promise.all(paths.map(async (path) => Boolean(await cache.match(named(path)))));
  const missing = paths.filter((_, place) => !has[place]);
  const state = { total: paths.length, bytes: BYTES, kept: paths.length - missing.length, failed: 0, running: !count };
  port.onmessage = () => (state.running = false);
  port.postMessage(state);
  for (const path of missing) {
    if (!state.running) break;
    try {
      const response = await fetch(new URL(path, scope));
      if (!response.ok) throw new Error(`${path} answered ${response.status}`);
      await cache.put(named(path), response);
      state.kept++;
    } catch {
      // No connection, or no room.
      state.failed++;
    }
    port.postMessage(state);
  }
  state.running = false;
  port.postMessage(state);
}

async function asset(request, path) {
  const name = named(path);
  const cache = await caches.open(KEPT);
  const kept = await cache.match(name);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) {
    // A full disk costs the copy, not the answer.
    cache.put(name, response.clone()).catch(() => {});
  }
  return response;
}
