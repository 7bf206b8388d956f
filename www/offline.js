// Has the browser keep the page, so that it opens without a connection, and tells the page when a newer build is there. The page
// asks for it with the event "boundscope-take-update" and is loaded anew once the new build has taken over. With "boundscope-keep-all" it asks
// for every network and digit to be kept, with "boundscope-keep-stop" for no more; "boundscope-kept" tells it how far that is.

export async function keep() {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.register("sw.js");
  const tell = () => {
    // Without a controller this page came from the network: the build that waits is its own.
    if (registration.waiting && navigator.serviceWorker.controller) document.dispatchEvent(new Event("boundscope-update"));
  };
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", tell);
  });
  document.addEventListener("boundscope-take-update", () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    registration.waiting?.postMessage("take over");
  });
  tell();
  const { active } = await navigator.serviceWorker.ready;
  const root = new URL("./", document.baseURI).href;
  const loaded = performance.getEntriesByType("resource").map(({ name }) => name);
  active.postMessage({ keep: loaded.filter((name) => name.startsWith(root)).map((name) => name.slice(root.length)) });
  let port;
  const ask = (everything) => {
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = ({ data }) => document.dispatchEvent(new CustomEvent("boundscope-kept", { detail: data }));
    active.postMessage({ everything }, [channel.port2]);
  };
  document.addEventListener("boundscope-keep-all", () => ask("all"));
  document.addEventListener("boundscope-keep-stop", () => port.postMessage("stop"));
  document.addEventListener("boundscope-keep-count", () => ask("count"));
  ask("count");
}
