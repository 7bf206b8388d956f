// node shots.mjs OUTDIR [HASH]: the page for eyes, at every width, in every way of showing it: the first screen and the whole page.
//
// With a hash that one state alone; without, Explore, a comparison, and Train while its runs are at work.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launch, live, PATIENCE, serve } from "./harness.mjs";

const SIZES = [[360, 740], [390, 844], [820, 1180], [1440, 900], [2560, 1440]];
const WAYS = { light: { colorScheme: "light" }, dark: { colorScheme: "dark" }, forced: { colorScheme: "light", forcedColors: "active" } };
/** Widths at which each state is looked at. */
const STATES = { explore: ["", [360, 390, 820, 1440, 2560]], compare: ["#v1&net=mlp-normal&img=0&eps=0.02&vs=net:mlp-ibp", [360, 1440]], train: ["#v1&tab=train", [360, 390, 820, 1440, 2560]] };

const [out = "shots", hash] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const server = await serve();
const browser = await launch();

async function come(page, name, hash) {
  await page.goto(server.url + hash);
  if (name === "train") {
    await page.waitForSelector("#play", { timeout: PATIENCE });
    await page.click("#play");
    // Into the runs, where every chart has something of them.
    await page.waitForTimeout(12_000);
  } else {
    await live(page);
    await page.waitForFunction(() => document.documentElement.dataset.engine === "whole", null, { timeout: PATIENCE });
    await page.waitForTimeout(1500);
  }
  await page.evaluate(() => document.fonts.ready);
}

async function shoot(page, name) {
  const path = join(out, `${name}.png`);
  await page.screenshot({ path });
  await page.screenshot({ path: join(out, `${name}-whole.png`), fullPage: true });
  console.log(path);
}

/** Everything of one state in one way, each width in a window of its own. */
async function state(name, hash, widths, way) {
  for (const [width, height] of SIZES.filter(([width]) => widths.includes(width))) {
    const context = await browser.newContext({ viewport: { width, height }, reducedMotion: "reduce", serviceWorkers: "block", ...WAYS[way] });
    const page = await context.newPage();
    try {
      await come(page, name, hash);
      await shoot(page, `${name}-${width}-${way}`);
    } catch (error) {
      console.error(`${name} ${width} ${way}: ${error.message.split("\n")[0]}`);
      process.exitCode = 1;
    }
    await context.close();
  }
}

/** As the printer gets it. */
async function print(name, hash) {
  const page = await (await browser.newContext({ viewport: { width: 794, height: 1123 }, serviceWorkers: "block" })).newPage();
  await come(page, name, hash);
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await page.emulateMedia({ media: "print" });
  await page.waitForTimeout(500);
  await shoot(page, `${name}-print`);
  await page.pdf({ path: join(out, `${name}-print.pdf`), format: "A4" });
  await page.context().close();
}

const states = hash === undefined ? Object.entries(STATES) : [["state", [hash, SIZES.map(([width]) => width)]]];
for (const [name, [hash, widths]] of states) {
  for (const way of Object.keys(WAYS)) {
    await state(name, hash, way === "forced" ? widths.filter((width) => [360, 1440].includes(width)) : widths, way);
  }
  await print(name, hash);
}
await browser.close();
server.stop();
