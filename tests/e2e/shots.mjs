// node shots.mjs OUTDIR [HASH]: the whole page at 360, 820 and 1440 px, light and dark, for eyes.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launch, live, serve } from "./harness.mjs";

const [out = "shots", hash = ""] = process.argv.slice(2);
mkdirSync(out, { recursive: true });
const server = await serve();
const browser = await launch();
for (const colorScheme of ["light", "dark"]) {
  for (const width of [360, 820, 1440]) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, reducedMotion: "reduce" });
    const page = await context.newPage();
    await page.goto(server.url + hash);
    await live(page).catch((error) => console.error(`${width} ${colorScheme}: ${error.message}`));
    await page.evaluate(() => document.fonts.ready);
    const path = join(out, `${width}-${colorScheme}.png`);
    await page.screenshot({ path, fullPage: true });
    console.log(path);
    await context.close();
  }
}
await browser.close();
server.stop();
