// The Explore page, used: the slider and its keys, digits and networks, numbers that equal the command line's.
// Each test opens its own page (see harness.mjs) and reads what is on screen, not the program's insides.

import assert from "node:assert/strict";
import test from "node:test";
import { answered } from "./cli.mjs";
import { live, open, PATIENCE, searched, site, whole } from "./harness.mjs";

const here = site();
const METHODS = ["ibp", "crown-ibp", "lbp", "crown-lbp", "crown"];

/** The worst margins on screen, by method, at full precision and as shown. */
const margins = (page) =>
  page.$$eval("#ladder [data-worst-margin]", (chips) =>
    Object.fromEntries(
      chips.map((chip) => [chip.dataset.method, { value: Number(chip.dataset.worstMargin), text: chip.querySelector("b").textContent }]),
    ),
  );

/** Waits until everything on screen belongs to an epoch after `epoch`. */
async function after(page, epoch) {
  const later = (epoch) => {
    const { state, epoch: now } = document.documentElement.dataset;
    return state === "live" && Number(now) > Number(epoch);
  };
  await page.waitForFunction(later, epoch, { timeout: PATIENCE });
}

const epoch = (page) => page.evaluate(() => document.documentElement.dataset.epoch);
const painted = (page) => page.evaluate(() => Number(document.documentElement.dataset.paintedEpsilon));

/** Does something and waits for the picture that follows from it. */
async function changes(page, act) {
  const before = await epoch(page);
  await act();
  await after(page, before);
}

/** Opens a menu or the drawer of settings. */
const menu = (page, id) => page.locator(`#${id}-button`).click();

test("moving ε redraws every method at the new ε", async (t) => {
  const { page } = await open(t, here);
  await live(page);
  const before = await margins(page);
  assert.deepEqual(Object.keys(before).sort(), [...METHODS].sort());
  await page.locator("#epsilon").focus();
  await changes(page, () => page.keyboard.press("ArrowRight"));
  const moved = await margins(page);
  assert.ok((await painted(page)) > 0.02);
  for (const method of METHODS) assert.ok(moved[method].value < before[method].value, `${method} falls as ε grows`);
});

test("dragging through many ε never mixes two in one picture", async (t) => {
  const { page } = await open(t, here);
  await live(page);
  const handle = await page.locator("#epsilon").boundingBox();
  const bar = await page.locator("#stage .bar").boundingBox();
  await page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2);
  await page.mouse.down();
  const problems = [];
  for (let move = 0; move < 60; move++) {
    await page.mouse.move(bar.x + 30 + ((bar.width - 60) * ((move * 37) % 60)) / 60, handle.y + 20);
    const mixed = await page.evaluate(async () => {
      await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      // With tight lines the methods are ordered at any one ε; across two of them they would not be.
      const value = (method) => {
        const chip = document.querySelector(`#ladder [data-method="${method}"]`);
        return chip?.dataset.worstMargin === undefined ? undefined : Number(chip.dataset.worstMargin);
      };
      const order = [["ibp", "lbp"], ["ibp", "crown-ibp"], ["lbp", "crown-lbp"], ["crown-ibp", "crown-lbp"], ["crown-lbp", "crown"]];
      return order.flatMap(([loose, tight]) => {
        const [a, b] = [value(loose), value(tight)];
        return a !== undefined && b !== undefined && a > b + 1e-3 * (1 + Math.abs(b)) ? [`${loose} ${a} > ${tight} ${b}`] : [];
      });
    });
    problems.push(...mixed);
  }
  await page.mouse.up();
  assert.deepEqual(problems, []);
  await live(page);
  const epsilon = await page.locator("#epsilon").getAttribute("aria-valuenow");
  assert.notEqual(Number(epsilon), 0.02, "the handle was dragged");
  assert.equal(await painted(page), Number(epsilon));
});

test("the numbers on the page are the command line's", async (t) => {
  for (const [net, image, epsilon] of [["mnist-mlp-ibp", 3, 0.06], ["mnist-mlp-normal", 0, 0.01], ["mnist-dm-small-ibp-ramp", 1, 0.15]]) {
    const { page } = await open(t, here, { hash: `#v1&net=${net.replace("mnist-", "")}&img=${image}&eps=${epsilon}` });
    await live(page);
    const shown = await margins(page);
    for (const method of METHODS) {
      const model = `assets/models/${net}.safetensors.gz`;
      const words = ["--mnist", image, "--epsilon", epsilon, "--clip", "0,1", "--method", method, "--arithmetic", "f32"];
      const answer = answered("bounds", model, ...words.map(String));
      const wanted = Math.min(...answer.margins);
      const { value, text } = shown[method];
      // Both lanes are f32, in different orders of summation: equal but for the last digits.
      assert.ok(Math.abs(value - wanted) <= 1e-4 * (1 + Math.abs(wanted)), `${net} ${method}: page ${value}, command line ${wanted}`);
      const plain = Number(text.replace("−", "-"));
      const digits = (text.split(".")[1] ?? "").length;
      // A lower bound is shown rounded down: never above what was computed, less than one of its last digit below.
      const slack = 1e-4 * Math.abs(wanted);
      const below = wanted - plain;
      assert.ok(below >= -slack && below <= 1.01 * 10 ** -digits + slack, `${net} ${method}: shown as ${text}, is ${wanted}`);
    }
  }
});

test("radii are certified, ordered, and the command line's", async (t) => {
  const { page } = await open(t, here, { hash: "#v1&net=mlp-ibp&img=0&eps=0.08" });
  await live(page);
  await searched(page, METHODS.length);
  const shown = await page.$$eval("[data-radius]", (marks) =>
    Object.fromEntries(marks.map((mark) => [mark.dataset.method, { radius: Number(mark.dataset.radius), arithmetic: mark.dataset.arithmetic }])),
  );
  const answer = answered("radius", "assets/models/mnist-mlp-ibp.safetensors.gz", "--mnist", "0", "--clip", "0,1", "--largest", "0.5");
  for (const { method, verified } of answer.radii) {
    assert.equal(shown[method].arithmetic, "sound", method);
    assert.ok(Math.abs(shown[method].radius - verified) <= 3e-4 * verified, `${method}: ${shown[method].radius} ${verified}`);
  }
  assert.ok(shown.ibp.radius < shown.crown.radius);
});

test("PGD marks each rival's margin, and ends the radius bracket where it breaks the image", async (t) => {
  const { page } = await open(t, here, { hash: "#v1&net=mlp-normal&img=0&eps=0.05" });
  await live(page);
  await page.waitForFunction(() => document.querySelector("#margins .attacked")?.getAttribute("d").match(/M/g)?.length === 9, undefined, { timeout: PATIENCE });
  assert.match(await page.locator("#margins .say").innerText(), /PGD/);
  await searched(page, METHODS.length);
  const broken = page.locator("#radius [data-broken]");
  const end = Number(await broken.getAttribute("data-broken"));
  const proved = await page.$$eval("#radius [data-radius]", (marks) => marks.map((mark) => Number(mark.dataset.radius)));
  assert.ok(end < 0.1 && proved.length === METHODS.length && proved.every((radius) => radius < end), `proved to ${proved}, broken at ${end}`);
  await page.locator("#stage .bar line.break").waitFor({ state: "attached", timeout: PATIENCE });
  assert.match(await page.locator("#radius .say").innerText(), /PGD breaks it at ε = [\d.]+; .*decides/);
});

test("the paradox: on the IBP-trained network, adaptive lines take CROWN below IBP; tight lines never do", async (t) => {
  const { page } = await open(t, here, { hash: "#v1&net=dm-small-ibp-ramp&img=0&eps=0.3" });
  await live(page);
  const tight = await margins(page);
  await menu(page, "settings-drawer");
  await changes(page, () => page.locator("#lines-adaptive").click());
  const adaptive = await margins(page);
  for (const method of METHODS) {
    const slack = 1e-3 * (1 + Math.abs(tight.ibp.value));
    assert.ok(tight[method].value >= tight.ibp.value - slack, `tight ${method} ${tight[method].value} ≥ IBP ${tight.ibp.value}`);
  }
  const below = METHODS.filter((method) => adaptive[method].value < adaptive.ibp.value - 0.1);
  assert.ok(below.length > 0, `adaptive lines: ${JSON.stringify(adaptive)}`);
  assert.match(await page.locator("#ladder").innerText(), /below IBP|paradox/i);
});

test("a link restores network, digit, ε, norm, clipping, lines and methods; so does a reload", async (t) => {
  const hash = "#v1&net=mlp-normal&img=17&eps=0.4&norm=2&lines=adaptive&m=ibp,crown&v=2";
  const { page } = await open(t, here, { hash });
  await live(page);
  const read = () =>
    page.evaluate(() => ({
      network: document.querySelector("#network :checked")?.value ?? document.querySelector("#network")?.value,
      image: document.querySelector("#image-index").value,
      epsilon: document.querySelector("#epsilon-value").value,
      methods: [...document.querySelectorAll("#ladder [data-worst-margin]")].map((chip) => chip.dataset.method).sort(),
      hash: location.hash,
    }));
  const first = await read();
  assert.equal(first.image, "17");
  assert.equal(first.epsilon, "0.4");
  assert.deepEqual(first.methods, ["crown", "ibp", "relaxed-crown:2"]);
  const values = await margins(page);
  await page.reload();
  await live(page);
  assert.deepEqual(await read(), first);
  assert.deepEqual(await margins(page), values);
});

test("back and forward walk through what was chosen", async (t) => {
  const { page } = await open(t, here);
  await live(page);
  await menu(page, "settings-drawer");
  await changes(page, () => page.locator("#lines-constant").click());
  await page.keyboard.press("Escape");
  const constant = await margins(page);
  for (const method of METHODS) {
    assert.ok(Math.abs(constant[method].value - constant.ibp.value) < 1e-3, "constant lines are IBP");
  }
  await changes(page, () => page.goBack());
  assert.ok((await margins(page)).crown.value > constant.crown.value);
  await changes(page, () => page.goForward());
  assert.deepEqual(await margins(page), constant);
});

for (const [part, word] of [["eps=banana", /eps/], ["m=", /method/], ["n=9.1", /9\.1/], ["net=resnet", /no network/]]) {
  test(`a link with ${part} is told in a sentence, and the rest of it counts`, async (t) => {
    const { page, seen } = await open(t, here, { hash: `#v1&${part}&img=1` });
    await live(page);
    await page.locator("#notices .notice").waitFor({ timeout: PATIENCE });
    assert.match(await page.locator("#notices").innerText(), word);
    assert.equal(await page.locator("#image-index").inputValue(), "1");
    assert.equal(await painted(page), 0.02);
    assert.deepEqual(seen.errors, []);
  });
}

test("a link whose signs were encoded by a mail program is the same link", async (t) => {
  const { page } = await open(t, here, { hash: "#v1%26net%3Dmlp-ibp%26img%3D3%26eps%3D0.06" });
  await live(page);
  assert.equal(await painted(page), 0.06);
  assert.equal(await page.locator("#notices .notice").count(), 0);
});

test("images: next, by index, and the next misclassified one", async (t) => {
  const { page } = await open(t, here, { hash: "#v1&net=mlp-ibp&img=0&eps=0.01" });
  await live(page);
  await changes(page, () => page.locator("#image-next").click());
  assert.equal(await page.locator("#image-index").inputValue(), "1");
  await menu(page, "image-menu");
  await changes(page, async () => {
    await page.locator("#image-index").fill("4");
    await page.keyboard.press("Enter");
  });
  await page.locator("#image-wrong").check().catch(() => page.locator("#image-wrong").click());
  await changes(page, () => page.locator("#image-next").click());
  const index = Number(await page.locator("#image-index").inputValue());
  // Image 8 is the first one after 4 that this network gets wrong.
  const words = ["--mnist", String(index), "--epsilon", "0", "--method", "ibp"];
  const answer = answered("bounds", "assets/models/mnist-mlp-ibp.safetensors.gz", ...words);
  assert.ok(index > 4 && Math.min(...answer.margins) < 0, `image ${index}`);
});

test("a drawn digit is bounded like any other and survives a reload", async (t) => {
  const { page } = await open(t, here);
  await live(page);
  const before = await margins(page);
  await menu(page, "pad-menu");
  const pad = page.locator("#pad");
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  await changes(page, async () => {
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.15);
    await page.mouse.down();
    for (let step = 1; step <= 10; step++) await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * (0.15 + 0.07 * step));
    await page.mouse.up();
  });
  await live(page);
  const drawn = await margins(page);
  assert.notDeepEqual(drawn, before);
  assert.match(await page.evaluate(() => location.hash), /draw=/);
  await page.reload();
  await live(page);
  assert.deepEqual(await margins(page), drawn);
});

test("the worker dies and comes back, and nothing on screen is lost", async (t) => {
  const { page } = await open(t, here, { hash: "#v1&net=mlp-normal&img=5&eps=0.02" });
  await live(page);
  const before = await margins(page);
  // The one that answers, not the first engine, whose end nobody would miss.
  await whole(page);
  const old = await epoch(page);
  const [worker] = page.workers().filter((worker) => /\/worker\.js/.test(worker.url()));
  await worker.evaluate(() => void setTimeout(() => { throw new Error("killed by a test"); }));
  await page.locator("#notices .notice", { hasText: /killed by a test.* was started again/ }).waitFor({ timeout: PATIENCE });
  await after(page, old);
  assert.deepEqual(await margins(page), before);
  await page.locator("#epsilon").focus();
  await changes(page, () => page.keyboard.press("ArrowLeft"));
  assert.ok((await margins(page)).ibp.value > before.ibp.value);
});
