// node run.mjs [REPORT.json]: Lighthouse on the built page, from the server that `cargo xtask serve` is, on both of Lighthouse's
// own presets. Its throttling is simulated: the figures depend on the machine less than others, and still do.

import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { launch as launchChrome } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";
import { serve } from "../harness.mjs";

const RUNS = 3;
const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
const AUDITS = [
  ["first-contentful-paint", "first paint"],
  ["largest-contentful-paint", "largest paint"],
  ["total-blocking-time", "blocked"],
  ["speed-index", "speed index"],
  ["cumulative-layout-shift", "CLS"],
  ["total-byte-weight", "transferred"],
];

const server = await serve();
const report = { processor: cpus()[0]?.model, cores: cpus().length, load: loadavg()[0], presets: {} };
try {
  for (const [preset, config] of [["phone", undefined], ["desktop", desktopConfig]]) {
    const runs = [];
    for (let run = 0; run < RUNS; run++) {
      const chrome = await launchChrome({
        chromePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
        chromeFlags: ["--headless=new", "--no-sandbox", "--disable-background-networking", "--disable-component-update"],
        logLevel: "error",
      });
      try {
        const { lhr } = await lighthouse(server.url, { port: chrome.port, logLevel: "error", onlyCategories: CATEGORIES }, config);
        if (lhr.runtimeError) throw new Error(`${lhr.runtimeError.code}: ${lhr.runtimeError.message}`);
        report.version = `Lighthouse ${lhr.lighthouseVersion}, ${lhr.environment.hostUserAgent.match(/Chrome\/[\d.]+/)?.[0]}`;
        const failed = Object.values(lhr.audits).filter(({ score, scoreDisplayMode }) => score !== null && score < 0.9 && scoreDisplayMode !== "informative");
        runs.push({
          scores: Object.fromEntries(CATEGORIES.map((name) => [name, Math.round(100 * lhr.categories[name].score)])),
          audits: Object.fromEntries(AUDITS.map(([id]) => [id, { value: lhr.audits[id].numericValue, shown: lhr.audits[id].displayValue }])),
          shifts: lhr.audits["layout-shifts"]?.details?.items?.map(({ node, score }) => `${score.toFixed(3)} ${node?.selector}`),
          failed: failed.map(({ id, score }) => `${id} ${score}`),
        });
      } finally {
        await chrome.kill();
      }
    }
    // The run whose performance is in the middle.
    runs.sort((a, b) => a.scores.performance - b.scores.performance);
    report.presets[preset] = { middle: runs[Math.floor(RUNS / 2)], performance: runs.map(({ scores }) => scores.performance) };
  }
} finally {
  server.stop();
}

console.log(`${report.version} on ${report.cores} cores of ${report.processor}, load ${report.load.toFixed(1)} at the start; the middle one of ${RUNS} runs`);
console.log(`\n| | ${Object.keys(report.presets).join(" | ")} |\n|---|---|---|`);
const row = (name, pick) => console.log(`| ${name} | ${Object.values(report.presets).map(pick).join(" | ")} |`);
for (const name of CATEGORIES) row(name, ({ middle }) => middle.scores[name]);
for (const [id, name] of AUDITS) row(name, ({ middle }) => middle.audits[id].shown);
for (const [preset, { middle, performance }] of Object.entries(report.presets)) {
  console.log(`\n${preset}: performance ${performance.join(", ")}; below 90: ${middle.failed.join(", ") || "nothing"}`);
  for (const shift of middle.shifts ?? []) console.log(`  shift ${shift}`);
}
if (process.argv[2]) writeFileSync(process.argv[2], `${JSON.stringify(report, null, 2)}\n`);
