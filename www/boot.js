// Starts the page's program and, where that is impossible, says so in place. In this script's tag data-js is the
// module that wasm-bindgen made, data-wasm the program. Both are relative to the page, so that any sub-path works.

const tag = document.querySelector("script[data-js]");
const root = document.documentElement;
const notice = document.getElementById("boot");
const still = document.getElementById("still");

/** Puts one plain sentence where the page would be. */
function say(sentence) {
  root.dataset.state = "failed";
  notice.setAttribute("role", "alert");
  notice.textContent = sentence;
  // Above what stands there already, which stays true.
  document.body.prepend(notice);
}

/**
 * Takes away what stands in index.html once the page shows the same (until then the page lies behind it, drawn and not seen): in one go, so
 * that nothing moves. Where the link asks something else, it was never seen, and goes at once.
 */
function takeOver() {
  const here = () => root.dataset.state || root.hasAttribute("data-elsewhere");
  const look = () => {
    if (!here()) return;
    observer.disconnect();
    still.remove();
    notice.remove();
  };
  const observer = new MutationObserver(look);
  observer.observe(root, { attributeFilter: ["data-state", "data-elsewhere"] });
  look();
}

/** Compiles while it loads; in one piece where the server does not call it application/wasm. */
async function compile(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
  const whole = response.clone();
  return WebAssembly.compileStreaming(response).catch(async () => WebAssembly.compile(await whole.arrayBuffer()));
}

async function start() {
  if (typeof WebAssembly !== "object") {
    say("Boundscope computes in your browser and needs WebAssembly, which is missing or switched off here. Use a current version of Firefox, Chrome, Edge or Safari, or allow WebAssembly for this page.");
    return;
  }
  const address = (name) => new URL(name, document.baseURI);
  try {
    // Both at once: the module is small, the program is not.
    const program = compile(address(tag.dataset.wasm));
    program.catch(() => {}); // handled below, also when the import fails first
    const script = address(tag.dataset.js).href;
    const page = await import(script);
    // The page starts its first engine from the same two.
    globalThis.boundscope = { script, program: await program };
    await page.default({ module_or_path: await program });
    takeOver();
    offline();
  } catch (error) {
    console.warn("Boundscope did not start:", error);
    say(`Boundscope's program could not be loaded (${error.message ?? error}). Reload the page; if that does not help, use a browser from 2021 or later.`);
  }
}

/** Has the browser keep the page, once nothing that a visitor waits for is loading any more. */
async function offline() {
  const whole = new Promise((done) => {
    const look = () => root.dataset.engine === "whole" && done();
    new MutationObserver(look).observe(root, { attributeFilter: ["data-engine"] });
    setTimeout(done, 20_000);
    look();
  });
  await whole;
  try {
    const { keep } = await import(new URL(`offline.js${new URL(import.meta.url).search}`, import.meta.url));
    await keep();
  } catch (error) {
    console.warn("Boundscope will not open without a connection:", error);
  }
}

start();
