// The engine's worker: loads its program and hands over the messages that arrive meanwhile, which would be lost otherwise.
// Its files have fixed names; the query (?v=<build id>) that it was started with keeps an old one from a cache out.
//
// What the program promises: its message handler is set when its main function returns.

const version = new URL(import.meta.url).search;
const address = (name) => new URL(name + version, import.meta.url);

const early = [];
const hold = (event) => early.push(event);
self.addEventListener("message", hold);

try {
  const program = fetch(address("engine-worker_bg.wasm")).then((response) => {
    if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
    return response;
  });
  program.catch(() => {}); // handled below, also when the import fails first
  const engine = await import(address("engine-worker.js"));
  await engine.default({ module_or_path: program });
  self.removeEventListener("message", hold);
  for (const { data } of early) self.dispatchEvent(new MessageEvent("message", { data }));
} catch (error) {
  self.postMessage({ failed: { job: null, epoch: 0, failure: { loader: { why: String(error.message ?? error) } } } });
}
