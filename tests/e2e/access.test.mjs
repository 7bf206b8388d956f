// Everyone can use the page: no axe violation in light and dark, at a phone's, a tablet's and a desk's width, and nothing
// hangs over the edge.

import assert from "node:assert/strict";
import test from "node:test";
import { axe, live, open, searched, site, whole } from "./harness.mjs";

const here = site();

for (const scheme of ["light", "dark"]) {
  for (const width of [360, 820, 1440]) {
    test(`${width} px, ${scheme}`, async (t) => {
      const { page } = await open(t, here, { width, scheme });
      await live(page);
      await whole(page);
      await searched(page);
      assert.deepEqual(await axe(page), []);
      const overhang = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(overhang, 0, `${overhang} px hang over the right edge`);
    });
  }
}
