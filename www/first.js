// The first engine: the page's own program once more, in a worker, where it answers Explore until the whole engine is here.
// The page sends the compiled program and the address of its module, so that nothing is downloaded twice; messages that
// arrive before it is up are handed over, as in worker.js.

const early = [];
const hold = (event) => early.push(event);
self.addEventListener("message", hold);

try {
  const { script, program } = await new Promise((resolve) => {
    self.addEventListener("message", (event) => resolve(event.data), { once: true });
  });
  const engine = await import(script);
  await engine.default({ module_or_path: program });
  self.removeEventListener("message", hold);
  for (const { data } of early.slice(1)) self.dispatchEvent(new MessageEvent("message", { data }));
} catch (error) {
  // The page turns to the whole engine then.
  self.postMessage({ failed: { job: null, epoch: 0, failure: { loader: { why: String(error.message ?? error) } } } });
}
