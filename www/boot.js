// Starts the page's program and, where that is impossible, says so in place. Trunk writes this script's tag: data-js is
// the module wasm-bindgen made, data-wasm the program. Both are relative to the page, so that any sub-path works.

const tag = document.querySelector("script[data-js]");
const notice = document.getElementById("boot");

/** Puts one plain sentence where the page would be. */
function say(sentence) {
  document.documentElement.dataset.state = "failed";
  notice.setAttribute("role", "alert");
  notice.textContent = sentence;
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
    notice.remove();
  } catch (error) {
    console.warn("Boundscope did not start:", error);
    say(`Boundscope's program could not be loaded (${error.message ?? error}). Reload the page; if that does not help, use a browser from 2021 or later.`);
  }
}

start();
