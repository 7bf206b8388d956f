// The command line beside the page, for tests that hold one against the other.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The repository. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs the command line's program, built if it is not (the tests in Rust have usually done so; BOUNDSCOPE names another), and gives what it says. */
export function boundscope(...words) {
  const { BOUNDSCOPE } = process.env;
  const [program, before] = BOUNDSCOPE ? [BOUNDSCOPE, []] : ["cargo", ["run", "--quiet", "--locked", "--bin", "boundscope", "--"]];
  return execFileSync(program, [...before, ...words], { cwd: root, encoding: "utf8" });
}

/** The same, as JSON. */
export const answered = (...words) => JSON.parse(boundscope(...words, "--json"));
