// The Explore page, used: the slider and its keys, digits and networks, numbers that equal the command line's.
// Each test opens its own page (see harness.mjs) and reads what is on screen, not the program's insides.

import test from "node:test";

test.todo("moving ε redraws every enabled method at the new ε, and nothing drawn mixes two");
test.todo("the numbers on the page are the command line's");
test.todo("a link restores network, digit, ε, norm, clipping, lines and methods");
