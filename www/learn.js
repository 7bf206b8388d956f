// What makes lessons answer: questions that are revealed, exercises that are checked, worksheets from a seed, and the live page beside the text.
// Without it everything is there to read, with the answers under "Answer".

import { drawn, parsed, subtract, value, written } from "./exact.js";

const main = document.querySelector("main");
const words = main.dataset;
const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

// Progress: which parts of which lesson are done. It stays in this browser, and where nothing can be kept it is not.
const KEY = "boundscope-learn";
const progress = () => {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
};
const PARTS = 4;
function done(part) {
  try {
    const all = progress();
    const own = new Set(all[words.lesson]);
    own.add(part);
    localStorage.setItem(KEY, JSON.stringify({ ...all, [words.lesson]: [...own] }));
  } catch {
    // Storage is switched off or full.
  }
}
for (const place of document.querySelectorAll("[data-progress]")) {
  const count = progress()[place.dataset.progress]?.length;
  if (count) place.textContent = `· ${Math.min(count, PARTS)}/${PARTS} ${words.done}`;
}

/** A line that says how an answer was, read out when it changes. */
function said(form) {
  const line = make("p", { className: "said" });
  line.setAttribute("role", "status");
  form.append(line);
  return (right, text) => {
    line.className = `said ${right ? "right" : "wrong"}`;
    line.textContent = text;
  };
}

// Predict, then reveal: each choice has a <details> with what follows from it.
for (const form of document.querySelectorAll("form.predict")) {
  const say = said(form);
  form.querySelector("fieldset").after(make("button", { type: "submit", textContent: words.reveal }));
  const outcomes = [...form.querySelectorAll("details[data-for]")];
  outcomes.forEach((outcome) => (outcome.hidden = true));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = form.querySelector("input:checked");
    if (!chosen) return say(false, words.choose);
    const right = chosen.hasAttribute("data-right");
    say(right, right ? words.right : words.wrong);
    const answer = form.querySelector("input[data-right]").value;
    for (const outcome of outcomes) {
      outcome.hidden = ![chosen.value, answer].includes(outcome.dataset.for);
      outcome.open = !outcome.hidden;
    }
    done("predict");
  });
}

/** Whether what was written is the answer: as an exact fraction, or within a tolerance. */
function matches(text, answer, tolerance) {
  const given = parsed(text);
  if (!given) return null;
  const apart = subtract(given, answer);
  return apart[0] === 0n || Math.abs(value(apart)) <= tolerance;
}

// Exercises: every blank knows its answer.
[...document.querySelectorAll("form.exercise")].forEach((form, place) => {
  form.classList.add("live");
  const say = said(form);
  const blanks = [...form.querySelectorAll("input[data-answer]")];
  for (const blank of blanks) Object.assign(blank, { autocomplete: "off", spellcheck: false });
  form.querySelector(".blanks").append(make("button", { type: "submit", textContent: words.check }));
  let tries = 0;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const results = blanks.map((blank) => matches(blank.value, parsed(blank.dataset.answer), Number(blank.dataset.within ?? 0)));
    blanks.forEach((blank, at) => {
      blank.setAttribute("aria-invalid", String(results[at] !== true));
      blank.classList.toggle("right", results[at] === true);
    });
    const wrong = results.findIndex((result) => result !== true);
    if (wrong < 0) {
      say(true, words.right);
      form.querySelector("details")?.setAttribute("open", "");
      return done(`exercise-${place + 1}`);
    }
    blanks[wrong].focus();
    if (results[wrong] === null) return say(false, words.number);
    form.querySelector(".hint")?.classList.add("shown");
    say(false, ++tries < 3 ? words.wrong : `${words.wrong} ${words.tries}`);
  });
});

/** A number as it is written in a text, and in a formula. */
const inText = (text) => text.replace("-", "\u2212");
function inMath(text) {
  const MATH = "http://www.w3.org/1998/Math/MathML";
  const part = (name, ...children) => {
    const element = document.createElementNS(MATH, name);
    element.append(...children);
    return element;
  };
  const [above, under] = text.replace("-", "").split("/");
  const number = under ? part("mfrac", part("mn", above), part("mn", under)) : part("mn", above);
  return text.startsWith("-") ? [part("mo", "\u2212"), number] : [number];
}

// Printed, the teacher's answers are a page of their own, open or not.
const sheets = [...document.querySelectorAll(".worksheet .answers")];
addEventListener("beforeprint", () => sheets.forEach((answers) => (answers.open = true)));
addEventListener("afterprint", () => sheets.forEach((answers) => (answers.open = false)));

// Worksheets: the seed in the address draws the numbers, which are worked out here in exact fractions. Without a seed the lesson's own stand.
for (const sheet of document.querySelectorAll(".worksheet")) {
  const tools = make("p", { className: "tools" });
  sheet.querySelector("h2").after(tools);
  const label = make("span");
  const print = make("button", { type: "button", textContent: words.print });
  print.addEventListener("click", () => {
    document.documentElement.dataset.print = "sheet";
    window.print();
    delete document.documentElement.dataset.print;
  });
  tools.append(print);
  if (!sheet.dataset.sheet) continue;
  const { network, draw } = JSON.parse(sheet.dataset.sheet);
  const show = (seed) => {
    const { found } = drawn(network, draw, seed);
    label.textContent = `${words.sheet} ${seed}`;
    for (const place of sheet.querySelectorAll("[data-key]")) {
      const known = found[place.dataset.key];
      const text = known ? written(known) : "\u2013";
      place.replaceChildren(...(place.localName === "mrow" ? inMath(text) : [inText(text)]));
    }
  };
  const another = make("button", { type: "button", textContent: words.another });
  another.addEventListener("click", () => {
    const seed = 1 + Math.floor(Math.random() * 9999);
    history.replaceState(null, "", `?seed=${seed}${location.hash}`);
    show(seed);
  });
  tools.append(another, label);
  const seed = Number(new URLSearchParams(location.search).get("seed"));
  if (Number.isInteger(seed) && seed > 0) show(seed);
}

// A formula that is wider than the window can be moved by keys, too.
const formulas = [...document.querySelectorAll(".formula")];
const reachable = () =>
  formulas.forEach((formula) => {
    if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
    else formula.removeAttribute("tabindex");
  });
addEventListener("resize", reachable);
document.fonts.ready.then(reachable);

// Explore beside the text, where the window has room for both.
const links = [...document.querySelectorAll("a.go")];
const aside = document.querySelector("aside.view");
const room = matchMedia("(min-width: 900px)");
let frame = null;

function beside() {
  if (!aside || !links.length) return;
  main.classList.toggle("beside", room.matches);
  aside.hidden = !room.matches;
  if (!room.matches || frame) return;
  const first = new URL(links[0].href);
  frame = make("iframe", { name: "explore", title: words.view, loading: "lazy", src: `../../?embed${first.hash}` });
  const alone = make("a", { textContent: words.whole, href: links[0].href, target: "_blank" });
  aside.append(make("p", {}, make("span", { textContent: words.view }), alone), frame);
}
room.addEventListener("change", beside);
beside();

for (const link of links) {
  link.addEventListener("click", (event) => {
    if (!frame || !room.matches || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    document.querySelector(".steps > .shown")?.classList.remove("shown");
    link.closest(".steps > li")?.classList.add("shown");
    aside.querySelector("a").href = link.href;
    frame.contentWindow.location.hash = new URL(link.href).hash;
    if (link.dataset.part) point(link.dataset.part);
  });
}

/** Brings the part that a step means into view and marks it for a while. Cards below the stage come behind it. */
function point(id, tries = 20) {
  const part = frame.contentDocument?.getElementById(id);
  if (!part?.getClientRects().length) {
    if (tries) setTimeout(point, 250, id, tries - 1);
    return;
  }
  part.scrollIntoView({ block: "center" });
  part.style.outline = "3px solid var(--focus)";
  part.style.outlineOffset = "3px";
  setTimeout(() => part.style.removeProperty("outline"), 4000);
}
