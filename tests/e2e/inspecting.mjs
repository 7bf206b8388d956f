// What the tests of Inspect share: dropping files, and waiting for what the reader says.

import { PATIENCE } from "./harness.mjs";

/** Waits until the tab is in one of these states. */
export const inspect = (page, wanted) =>
  page.waitForFunction((wanted) => wanted.includes(document.querySelector("#inspect")?.dataset.inspect), wanted, { timeout: PATIENCE });

/** Drops files on the page, wherever it is. */
export const drop = (page, ...files) =>
  page.evaluate((files) => {
    const data = new DataTransfer();
    for (const [name, base64] of files) {
      data.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name));
    }
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  }, files.map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]));

/** Drops files and waits until the reader has said something about them. */
export async function read(page, ...files) {
  // The tab writes its state only where it changes: every file is "reading" in between.
  await page.evaluate(() => {
    document.querySelector("#inspect").dataset.inspect = "before";
  });
  await drop(page, ...files);
  await inspect(page, ["open", "asks", "empty"]);
  const state = await page.evaluate(() => document.querySelector("#inspect").dataset.inspect);
  const refused = page.locator("#inspect-refused");
  const said = (await refused.count()) ? await refused.innerText() : "";
  return { state: said ? "refused" : state, said };
}
