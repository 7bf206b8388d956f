//! The words of Inspect's decisions.

words! {
    DECIDE = "Decide";
    SAY = "Bounds leave a gap where nobody knows. A search cuts what is open into smaller domains until each is proved, or until it meets an input that breaks the claim. A domain counts as proved once the sound arithmetic, which charges every rounding, has closed it.";
    EPSILON_HINT = "in ℓ∞, in the network's numbers; empty: between proved and broken";
    LIMIT = "time limit in seconds";
    START = "Decide";
    OPEN = "open a question …";
    OPEN_LABEL = "Open a question about this network in VNN-LIB";
    OPEN_HINT = "VNN-LIB, or drop it anywhere";
    GIVE_EPSILON = "Give an ε: nothing is known yet in ℓ∞ to place one between.";
    NOT_READ = "The network has not read this input yet. Try again in a moment.";
    LIMIT_WRONG = "That is no time limit: give seconds, from 1 to 86400.";
    MODEL_FIRST = "it is a question about a network. Open the network first, or both at once";
    MISSING = "The part that decides could not be loaded; try again when there is a connection.";
    DIED = "The search failed inside its worker, which was thrown away. Please report this network and this question.";
    ATTACKING = "Looking everywhere by descent before anything is split …";
    STOPPING = "It waits as soon as the domains at hand are done …";
    PAUSED = "Paused. The clock stands too.";
    CANCELLED = "Cancelled: neither proved nor broken.";
    BOUNDED = "bounded";
    CLOSED = "proved";
    OPEN_DOMAINS = "open";
    SHARE = "of the region proved";
    WORST = "worst open bound";
    TIME = "seconds";
    NO_BOUND = "none yet";
    TREE = "The search tree";
    TREE_DEPTHS = "All domains by depth";
    TREE_PLANE = "The same on the input plane";
    TREE_PICKER = "Choose a domain of the tree";
    TREE_CHOOSE = "Point at a domain, or move with the arrow keys, to read what sets it apart.";
    TREE_TABLE = "domains drawn";
    DEPTHS_TABLE = "domains by depth";
    AXIS_PROVED = "proved";
    AXIS_BOUND = "worst bound →";
    AXIS_DEPTH = "splits →";
    KEY_OPEN_FAR = "open, far from proved";
    KEY_OPEN_NEAR = "open, nearly";
    KEY_PROVED = "proved";
    KEY_SPLIT = "split";
    KEY_OPEN = "open";
    KEY_FOUND = "way to the counterexample";
    WHOLE = "the whole region";
    STATE_WAITING = "waiting to be bounded";
    STATE_OPEN = "open";
    STATE_STUCK = "open, and nothing is left to split";
    STATE_SPLIT = "split, not all of it proved";
    STATE_PROVED = "proved";
    STATE_FOUND = "on the way to the counterexample";
    FOUND = "The counterexample";
    FOUND_TABLE = "number by number";
    FOUND_OUTPUTS = "its outputs";
    REPLAYED = "It was evaluated again in f32 and in f64; in both its outputs are as asked.";
    WHY_DOMAINS = "as many domains as are allowed are bounded";
    WHY_MEMORY = "the memory for open domains is full";
    WHY_EXHAUSTED = "nothing is left to split, and what is open lies within rounding of the limit";
    WHY_UNSPLIT = "this network cannot be split";
    NOTHING_ASKED = "Proved: no input satisfies the conditions on the inputs, so there is nothing to search.";
    ONE_LEAF = "one domain, closed";
    ONE_SPLIT = "one split";
}

/// Heads of the table of domains.
pub const TREE_HEAD: [&str; 7] =
    ["domain", "part of", "splits", "set apart by", "own bound", "worst open below", "state"];
/// Heads of the table by depth.
pub const DEPTHS_HEAD: [&str; 4] = ["splits", "split on", "proved", "open"];
/// Heads of the counterexample's table.
pub const FOUND_HEAD: [&str; 4] = ["input", "from", "to", "counterexample"];
/// Heads of the outputs' table.
pub const OUTPUTS_HEAD: [&str; 2] = ["output", "value"];

sentences! {
    ask(epsilon, name, clip, class) = "Is any input within {epsilon} of {name} in ℓ∞{clip} read as anything but {class}? A tie counts.";
    more_words(count) = "And {count} more boxes are asked about.";
    proved(epsilon, name, class, leaves) = "Proved: no input within {epsilon} of {name} is read as anything but {class} ({leaves} in the sound arithmetic).";
    proved_file(leaves) = "Proved: no input that is asked about has such outputs ({leaves} in the sound arithmetic).";
    leaves(count) = "{count} domains, each closed";
    broken(epsilon, name, other, class) = "Counterexample: within {epsilon} of {name} there is an input that is read as {other}, not {class}.";
    tied(epsilon, name, other, class) = "Counterexample: within {epsilon} of {name} there is an input whose outputs for {other} and {class} are the same.";
    broken_file(part) = "Counterexample: an input that is asked about has such outputs{part}.";
    of_part(part) = " (box {part})";
    timeout(seconds, worst, open) = "Nobody knows: the time is up after {seconds} s. Worst open bound {worst}, {open} domains open.";
    unknown(why, worst) = "Nobody knows: {why}. Worst open bound {worst}.";
    refused(name, why) = "{name} cannot be asked: {why}. The network is still here.";
    refused_here(why) = "It cannot be asked: {why}.";
    part_of(part, parts) = "Box {part} of {parts}.";
    rises(bound, rate) = "{bound}, rising by {rate} a second";
    left(share, seconds) = "{share}, all in {seconds} s at this pace";
    of_limit(seconds, limit) = "{seconds} of {limit}";
    percent(share) = "{share} %";
    tree_say(all, proved, open, depth, drawn) = "{all} domains: {proved} proved, {open} open, after up to {depth} splits.{drawn}";
    tree_drawn(drawn) = " {drawn} of them are drawn one by one, the others in the bars by depth.";
    tree_uncounted(count) = " {count} more are only counted.";
    tree_found(splits) = " The way to the counterexample is lit: {splits}.";
    splits(count) = "{count} splits";
    tree_label(said) = "Search tree along the worst bound. {said}";
    plane_label(said) = "Search tree on the input plane. {said}";
    depths_label(said) = "Domains by depth. {said}";
    tree_caption(drawn, all) = "{drawn} of {all} domains.";
    depths_caption(all) = "{all} domains by the number of splits that lead to them.";
    domain(id, splits, cuts) = "Domain {id}, after {splits}: {cuts}.";
    domain_root(id, cuts) = "Domain {id}: {cuts}.";
    domain_bound(bound, state) = "Bound {bound}, {state}.";
    domain_is(state) = "It is {state}.";
    domain_below(count, open, worst) = "{count} domains below it, {open} of them open; the worst at {worst}.";
    domain_below_proved(count) = "{count} domains below it, nothing open.";
    then_more(cuts, count) = "{cuts}; and {count} more";
    box_of(part) = "box {part}";
    input_most(name, at) = "{name} ≤ {at}";
    input_least(name, at) = "{name} ≥ {at}";
    input_number(place) = "number {place}";
    input_variable(place) = "X_{place}";
    output_variable(place) = "Y_{place}";
    neuron_off(neuron, layer) = "neuron {neuron} of hidden layer {layer} is off";
    neuron_on(neuron, layer) = "neuron {neuron} of hidden layer {layer} is on";
    neuron_most(neuron, layer, at) = "neuron {neuron} of hidden layer {layer} is given at most {at}";
    neuron_least(neuron, layer, at) = "neuron {neuron} of hidden layer {layer} is given at least {at}";
    read_as(class) = "about class {class}";
    clause(words) = "about {words}";
    outputs_caption(read) = "Outputs at the counterexample{read}.";
    axis_up(name) = "↑ {name}";
    axis_across(name) = "{name} →";
    largest_is(class) = ", the largest is {class}";
}
