// The loader of the page's workers: of the engine, of the reader of other programs' files, of what makes certificates. The worker's name
// says which ("engine" where it has none). It loads that program and hands over the messages that arrive meanwhile, which would be
// lost otherwise. The files have fixed names; the query (?v=<build id>) that it was started with keeps an old one from a cache out.
//
// What a program promises: its message handler is set when its main function returns.

const name = self.name || "engine";
const version = new URL(import.meta.url).search;
const address = (file) => new URL(file + version, import.meta.url);

const early = [];
const hold = (event) => early.push(event);
self.addEventListener("message", hold);

try {
  const wasm = fetch(address(`${name}-worker_bg.wasm`)).then((response) => {
    if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
    return response;
  });
  wasm.catch(() => {}); // handled below, also when the import fails first
  const program = await import(address(`${name}-worker.js`));
  await program.default({ module_or_path: wasm });
  self.removeEventListener("message", hold);
  // Who has asked one question counts its patience from here; the engine says so itself.
  if (name !== "engine") self.postMessage({ type: "here" });
  for (const { data } of early) self.dispatchEvent(new MessageEvent("message", { data }));
} catch (error) {
  const why = String(error.message ?? error);
  self.postMessage(name === "engine" ? { failed: { job: null, epoch: 0, failure: { loader: { why } } } } : { type: "missing", message: why });
}
