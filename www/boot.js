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

async function start() {
  if (typeof WebAssembly !== "object") {
    say("Boundscope computes in your browser and needs WebAssembly, which is missing or switched off here. Use a current version of Firefox, Chrome, Edge or Safari, or allow WebAssembly for this page.");
    return;
  }
  const address = (name) => new URL(name, document.baseURI);
  try {
    // Both at once: the module is small, the program is not.
    const program = fetch(address(tag.dataset.wasm)).then((response) => {
      if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
      return response;
    });
    program.catch(() => {}); // handled below, also when the import fails first
    const page = await import(address(tag.dataset.js));
    await page.default({ module_or_path: program });
    notice.remove();
  } catch (error) {
    console.warn("Boundscope did not start:", error);
    say(`Boundscope's program could not be loaded (${error.message ?? error}). Reload the page; if that does not help, use a browser from 2021 or later.`);
  }
}

start();
