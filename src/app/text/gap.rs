//! The words of closing the gap between certificate and counterexample.

words! {
    BUTTON = "Close the gap";
    STOP = "Stop";
    WHY = "Better slopes, then a search that splits what bounds leave open, until proof and counterexample meet. A minute at most, in a worker of its own.";
    BEGINS = "α-CROWN looks for better slopes …";
    STOPPED = "Stopped. What was proved until then holds.";
    ALPHA = "α-CROWN";
    SPLITS = "splitting";
    ALPHA_LATE = "its time was up";
    MISREAD = "misread";
    NOTHING_YET = "nothing yet";
    NONE_DECIDED = "The time is up, and nothing is proved or broken.";
    DIED = "The search failed inside its worker, which was thrown away. What is shown was proved before. Please report this network and this image.";
}

/// Heads of the table.
pub const HEAD: [&str; 3] = ["by", "proved up to ε", "took"];

sentences! {
    optimising(percent, seconds) = "α-CROWN looks for better slopes: {percent} %, {seconds} s.";
    asking(epsilon) = "A search asks about ε = {epsilon}.";
    searching(epsilon, bounded, open, seconds) = "A search asks about ε = {epsilon}: {bounded} domains bounded, {open} open, {seconds} s.";
    met(low, high) = "The radius is known: proved up to ε = {low}, misread at {high}.";
    unbroken(low) = "Proved up to ε = {low}, the largest asked about.";
    not_met(low, high) = "The time is up: proved up to ε = {low}, misread at {high}.";
    not_met_unbroken(low) = "The time is up: proved up to ε = {low}, and no counterexample was found.";
    nothing(high) = "Nothing is proved: an input at ε = {high} is misread.";
    nowhere(first, last) = " Between {first} and {last} nobody knows.";
    shares(method, percent) = " {method} reaches {percent} % of it";
    shares_next(percent) = ", better slopes {percent} %";
    shares_end(seconds) = ", splitting the rest in {seconds} s.";
    took(time) = "{time} s";
    row(name, reach, took) = "{name} {reach} · {took}";
    label(said) = "How far proof reaches, by method. {said}";
    caption(label, lines) = "Largest ε proved in ℓ∞ as a {label}, in the sound arithmetic; {lines}";
}
