// node speed.mjs [REPORT.json]: what a move of ε costs the page. Figures, not tests: they depend on the machine.
//
// - From the move to IBP's bounds on screen, and to all methods' (<html data-state="live"> at the new ε).
// - What the main thread does meanwhile, from a trace: script, style and layout, painting; and its tasks as a whole.
// - A drag of four seconds with the main thread slowed down fourfold: tasks longer than 50 ms.
// - How far things jump while the page comes up (CLS), at three widths.

import { writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { launch, live, PATIENCE, serve } from "./harness.mjs";

const MOVES = 40;
const DRAG = 4000;
const WIDTHS = [[360, 740], [820, 1180], [1440, 900]];
const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))];
const ms = (value) => `${value.toFixed(1)} ms`;

/** Which of a main thread's events count as what; an event inside another one of the same kind is not counted twice. */
const KINDS = {
  script: ["FunctionCall", "EvaluateScript", "RunMicrotasks", "FireAnimationFrame", "TimerFire", "EventDispatch", "HandlePostMessage"],
  layout: ["UpdateLayoutTree", "Layout", "ParseHTML"],
  paint: ["PrePaint", "Paint", "Layerize", "Commit", "IntersectionObserverController::computeIntersections"],
};

/** Records what the renderer does while `act` runs. */
async function traced(page, act) {
  const session = await page.context().browser().newBrowserCDPSession();
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  const ended = new Promise((done) => session.once("Tracing.tracingComplete", done));
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["devtools.timeline", "disabled-by-default-devtools.timeline", "toplevel", "blink.user_timing", "__metadata"], excludedCategories: ["*"] },
  });
  await act();
  await session.send("Tracing.end");
  await ended;
  await session.detach();
  // The page's main thread: of all renderers' the one that does most.
  const names = events.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain");
  const load = (thread) =>
    events.reduce((sum, event) => sum + (event.pid === thread.pid && event.tid === thread.tid && /RunTask$/.test(event.name) ? event.dur ?? 0 : 0), 0);
  const main = names.sort((a, b) => load(b) - load(a))[0];
  return events.filter(({ pid, tid }) => pid === main.pid && tid === main.tid);
}

/**
 * Milliseconds of events of some names between two moments (in a trace's microseconds), nested ones once: those that the thread had a processor
 * for, where the trace says so. What else the machine does counts less then.
 */
function spent(events, names, from, to) {
  let total = 0;
  let until = -Infinity;
  for (const { ts, dur, tdur } of events.filter(({ name, ph }) => ph === "X" && names.includes(name)).sort((a, b) => a.ts - b.ts)) {
    const start = Math.max(ts, from, until);
    const end = Math.min(ts + dur, to);
    if (end > start) total += (end - start) * (dur > 0 ? (tdur ?? dur) / dur : 1);
    until = Math.max(until, ts + dur);
  }
  return total / 1000;
}
const tasks = (events) => events.filter(({ name, ph }) => ph === "X" && /(^|::)RunTask$/.test(name));
const taskNames = (events) => [...new Set(tasks(events).map(({ name }) => name))];

/** Runs in the page: moves the handle, waits for each paint, and marks both in the trace. */
async function move({ moves, patience }) {
  const html = document.documentElement;
  const handle = document.querySelector("#epsilon");
  const bar = handle.parentElement.getBoundingClientRect();
  const point = (type, x) =>
    handle.dispatchEvent(new PointerEvent(type, { bubbles: true, isPrimary: true, pointerType: "mouse", clientX: x }));
  // The frame that shows a change is over when a task runs that was queued in it.
  const painted = () =>
    new Promise((done) =>
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => done();
        port2.postMessage(null);
      }),
    );
  const until = (holds) =>
    new Promise((done, fail) => {
      const timer = setTimeout(() => fail(new Error(`no answer in ${patience} ms`)), patience);
      const look = () => {
        if (!holds()) return;
        clearTimeout(timer);
        observer.disconnect();
        done();
      };
      const observer = new MutationObserver(look);
      observer.observe(html, { attributes: true });
      look();
    });
  const middle = handle.getBoundingClientRect();
  const [first, all] = [[], []];
  point("pointerdown", middle.x + middle.width / 2);
  for (let move = 0; move < moves; move++) {
    // Back and forth through the middle of the range, never twice the same value.
    const place = 0.2 + (0.6 * ((move * 7) % moves)) / moves;
    const before = html.dataset.paintedEpsilon;
    // From rest: as a reader's first move.
    await painted();
    const start = performance.now();
    performance.mark(`move-${move}`);
    point("pointermove", bar.x + place * bar.width);
    const note = (times, name) => {
      times.push(performance.now() - start);
      performance.mark(`${name}-${move}`);
    };
    const one = until(() => html.dataset.paintedEpsilon !== before).then(painted).then(() => note(first, "first"));
    const whole = () => html.dataset.state === "live" && html.dataset.paintedEpsilon === handle.getAttribute("aria-valuenow") && html.dataset.paintedEpsilon !== before;
    await Promise.all([one, until(whole).then(painted).then(() => note(all, "all"))]);
    await new Promise((done) => setTimeout(done, 60));
  }
  point("pointerup", bar.x);
  return { first, all };
}

/** The moves, and what the main thread did in each. */
async function moves(browser, url) {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: "block" })).newPage();
  await settled(page, url);
  await page.evaluate(move, { moves: 8, patience: PATIENCE });
  await page.waitForTimeout(500);
  let times;
  const events = await traced(page, async () => {
    times = await page.evaluate(move, { moves: MOVES, patience: PATIENCE });
  });
  const marked = Object.fromEntries(events.filter(({ name, cat }) => cat.includes("user_timing") && /^(move|first|all)-\d+$/.test(name)).map(({ name, ts }) => [name, ts]));
  const during = (end) => {
    const each = { task: [], script: [], layout: [], paint: [] };
    for (let move = 0; move < MOVES; move++) {
      const [from, to] = [marked[`move-${move}`], marked[`${end}-${move}`]];
      if (!from || !to) continue;
      each.task.push(spent(events, taskNames(events), from, to));
      for (const [kind, names] of Object.entries(KINDS)) each[kind].push(spent(events, names, from, to));
    }
    return Object.fromEntries(Object.entries(each).map(([kind, values]) => [kind, quantile(values, 0.5)]));
  };
  await page.context().close();
  const summary = (values) => ({ median: quantile(values, 0.5), p95: quantile(values, 0.95) });
  return { first: summary(times.first), all: summary(times.all), mainToFirst: during("first"), mainToAll: during("all") };
}

/** Opens the page and waits until it has nothing left to do. */
async function settled(page, url) {
  await page.goto(url);
  await live(page);
  await page.waitForFunction(() => document.documentElement.dataset.engine === "whole", null, { timeout: PATIENCE });
  await page.waitForTimeout(3000);
}

/** A drag across the bar and back with real pointer events, the main thread slowed down. */
async function drag(browser, url, rate) {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: "block" })).newPage();
  await settled(page, url);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate });
  const handle = await page.locator("#epsilon").boundingBox();
  const bar = await page.locator(".bar").first().boundingBox();
  const y = handle.y + handle.height / 2;
  await page.mouse.move(handle.x + handle.width / 2, y);
  await page.mouse.down();
  await page.waitForTimeout(300);
  let sent = 0;
  const events = await traced(page, async () => {
    const start = Date.now();
    for (let now = 0; now < DRAG; now = Date.now() - start) {
      const share = 0.5 - 0.35 * Math.cos((2 * Math.PI * now) / DRAG);
      await page.mouse.move(bar.x + bar.width * share, y);
      sent++;
      await new Promise((done) => setTimeout(done, Math.max(0, 16 * sent - (Date.now() - start))));
    }
  });
  await page.mouse.up();
  await page.context().close();
  const times = tasks(events).map(({ dur, tdur }) => [dur / 1000, (tdur ?? dur) / 1000]);
  const long = times.filter(([time]) => time > 50);
  // Of those, the ones that the thread itself was at work for as long.
  const own = times.filter(([, time]) => time > 50);
  const [from, to] = [Math.min(...tasks(events).map(({ ts }) => ts)), Math.max(...tasks(events).map(({ ts }) => ts))];
  const share = (names) => spent(events, names, from, to) / DRAG;
  const longest = Math.max(0, ...times.map(([time]) => time));
  const kinds = Object.fromEntries(Object.entries(KINDS).map(([kind, names]) => [kind, share(names)]));
  return { rate, moves: sent, long: long.length, own: own.length, longest, busy: share(taskNames(events)), ...kinds };
}

/** Runs in the page from the start: sums up what jumps. */
function noteShifts() {
  window.__shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.hadRecentInput) continue;
      const sources = entry.sources.map(({ node, previousRect: a, currentRect: b }) => `${node?.nodeName}.${node?.className ?? node?.textContent} ${a.y}→${b.y}`);
      window.__shifts.push({ value: entry.value, at: entry.startTime, sources });
    }
  }).observe({ type: "layout-shift", buffered: true });
}

async function shifts(browser, url, [width, height]) {
  const page = await (await browser.newContext({ viewport: { width, height }, serviceWorkers: "block" })).newPage();
  await page.addInitScript(noteShifts);
  await settled(page, url);
  const found = await page.evaluate(() => window.__shifts);
  await page.context().close();
  return { width, total: found.reduce((sum, { value }) => sum + value, 0), found: found.sort((a, b) => b.value - a.value).slice(0, 5) };
}

const server = await serve();
const report = { processor: cpus()[0]?.model, cores: cpus().length, load: loadavg()[0] };
try {
  const browser = await launch();
  report.browser = `Chromium ${browser.version()}`;
  report.moves = await moves(browser, server.url);
  report.drags = [await drag(browser, server.url, 1), await drag(browser, server.url, 4)];
  report.shifts = [];
  for (const size of WIDTHS) report.shifts.push(await shifts(browser, server.url, size));
  await browser.close();
} finally {
  server.stop();
}
console.log(`${report.browser} on ${report.cores} cores of ${report.processor}, load ${report.load.toFixed(1)} at the start; 1440 px, ${MOVES} moves`);
const { first, all, mainToFirst, mainToAll } = report.moves;
const main = ({ task, script, layout, paint }) => `${ms(task)} (script ${ms(script)}, style and layout ${ms(layout)}, painting ${ms(paint)})`;
console.log(`\nMove to IBP on screen   ${ms(first.median)}, 95 % within ${ms(first.p95)}; main thread ${main(mainToFirst)}`);
console.log(`Move to all on screen   ${ms(all.median)}, 95 % within ${ms(all.p95)}; main thread ${main(mainToAll)}`);
for (const { rate, moves, long, own, longest, busy, script, layout, paint } of report.drags) {
  const percent = (share) => `${(100 * share).toFixed(0)} %`;
  console.log(
    `Drag of ${DRAG / 1000} s, slowed ${rate} ×  ${moves} moves, ${long} tasks over 50 ms (${own} of them by the processor's clock), the longest ${ms(longest)}; main thread at work ${percent(busy)} (script ${percent(script)}, style and layout ${percent(layout)}, painting ${percent(paint)})`,
  );
}
for (const { width, total, found } of report.shifts) {
  console.log(`CLS at ${width} px  ${total.toFixed(4)}`);
  for (const { value, at, sources } of found.filter(({ value }) => value > 0.001)) console.log(`  ${value.toFixed(4)} after ${ms(at)}: ${sources.slice(0, 3).join("; ")}`);
}
if (process.argv[2]) writeFileSync(process.argv[2], `${JSON.stringify(report, null, 2)}\n`);
