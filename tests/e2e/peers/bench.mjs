// node peers/bench.mjs [REPORT.json] [--json] [--no-gpu]: training steps of our engine and of TensorFlow.js, side by side in
// one Chromium on one adapter. Figures, not tests: they depend on the machine.

import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { cpus } from "node:os";
import { basename, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "../harness.mjs";

const words = process.argv.slice(2);
const json = words.includes("--json");
const gpu = !words.includes("--no-gpu");
const path = words.find((word) => !word.startsWith("--"));
const ROUNDS = 7;
/** Of the table's columns. */
const WIDTHS = [14, 7, 22, 12, 10, 13];

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
const folder = (path) => fileURLToPath(new URL(path, import.meta.url));
const FOLDERS = new Map([["dist", folder("../../../dist")], ["peers", folder(".")]]);
const fetched = new Set();

// The page as built under /dist/, and this folder with its node_modules under /peers/. Unlike `cargo xtask serve` it sends no
// content security policy: what is measured here is never shipped.
const server = createServer(async (request, response) => {
  const [, name, ...rest] = normalize(request.url.replace(/[?#].*/, "")).split("/");
  const file = FOLDERS.has(name) ? join(FOLDERS.get(name), ...rest) : "";
  const body = await readFile(file).catch(() => undefined);
  if (body) fetched.add(basename(file));
  response.writeHead(body ? 200 : 404, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream" }).end(body);
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const browser = await launch({ webgpu: true });
let report;
try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(`page: ${error}`));
  await page.exposeFunction("say", (text) => process.stderr.isTTY && process.stderr.write(`\r\x1b[K${text}`));
  await page.goto(`http://127.0.0.1:${server.address().port}/peers/index.html`);
  await page.waitForSelector("html[data-ready]", { state: "attached" });
  report = await page.evaluate(({ gpu, rounds }) => window.race({ gpu, rounds, say: window.say }), { gpu, rounds: ROUNDS });
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  const binary = [...fetched].filter((name) => name.startsWith("tfjs-backend-wasm")).join(", ");
  report = { processor: cpus()[0]?.model, cores: cpus().length, browser: `Chromium ${browser.version()}`, binary, ...report };
} finally {
  await browser.close();
  server.close();
}

if (path) await writeFile(path, `${JSON.stringify(report, null, 2)}\n`);
if (json) {
  console.log(JSON.stringify(report));
} else {
  const { browser, cores, processor, adapter, binary, batch, epsilon, network, rows } = report;
  const version = rows.find((row) => row.version)?.version;
  console.log(`${browser} on ${cores} cores of ${processor}; WebGPU adapter: ${adapter}`);
  console.log(`TensorFlow.js ${version}, ${binary}; the same steps from the same weights, losses compared before timing`);
  console.log(`Adam, ${batch} images per step, each loss read; IBP at ε = ${epsilon}; medians of ${ROUNDS} rounds in turns\n`);
  const padded = (cell, place) => (place < 3 ? cell.padEnd(WIDTHS[place]) : cell.padStart(WIDTHS[place]));
  const line = (...cells) => console.log(cells.map(padded).join("").trimEnd());
  line("network", "loss", "backend", "ms/step", "images/s", "ours/theirs");
  for (const { loss, name, missing, milliseconds, images, ratio } of rows) {
    const figures = missing ? [missing] : [milliseconds.toFixed(2), images.toFixed(0), ratio ? `${ratio.toFixed(1)} ×` : ""];
    line(network, loss === "ibp" ? "IBP" : loss, name, ...figures);
  }
}
