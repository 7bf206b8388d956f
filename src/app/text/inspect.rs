//! The words of Inspect.

words! {
    TITLE = "Inspect: your own network";
    LEAD = "Bring a trained network and see how far its answers can be proved. ONNX, PyTorch, Keras, safetensors and npz are read; the file stays on this machine.";
    OPEN = "open files …";
    OPEN_LABEL = "Open the file of a network, or pictures to try it on";
    OPEN_HINT = "or drop them anywhere on this page, or paste them";
    STOP = "Stop";
    CLOSE = "Close this network";
    ADVICE = "Exporting ONNX is the surest way: torch.onnx.export(model.eval(), torch.zeros(1, 1, 28, 28), \"model.onnx\").";

    WHAT_WAS_READ = "What was read";
    LAYERS = "Layers";
    INPUT = "input";
    LAYER_DETAIL = "Weights of a layer";
    NO_WEIGHTS = "It holds no weights.";
    CHOOSE_LAYER = "Point at a layer, or move to it with Tab, to see its weights.";
    NOTES = "What was done on the way";
    NO_NOTES = "Nothing was folded, dropped, rounded or guessed.";
    SELF_CHECK = "Is it the same network?";
    SELF_CHECK_IS = "The file holds the layers themselves: there is no other graph to compare with.";
    SELF_CHECK_SAME = "Yes: on four inputs its outputs are exactly those of the file's own graph.";
    SELF_CHECK_LARGE = "Not compared: the file's own graph is too large to be evaluated here.";
    OPEN_IN_EXPLORE = "Open in Explore";
    EXPLORE_DIGITS = "Explore shows networks that take 28×28 images and tell ten digits apart. Everything on this tab works for this one.";
    SAVE_OWN = "Download as Boundscope safetensors";
    OPENED_NOTE = "opened in Inspect";

    LAYOUT = "The layers are not in the file";
    LAYOUT_SAY = "Here is a guess from names and shapes. Change what is wrong; a layout that does not fit the weights is refused in words.";
    LAYOUT_SHAPE = "Shape of one input";
    LAYOUT_SHAPE_HINT = "channels, height, width; or one number";
    LAYOUT_READ = "Read it with these layers";
    LAYOUT_ADD = "Add a layer";
    LAYOUT_UP = "up";
    LAYOUT_DOWN = "down";
    LAYOUT_REMOVE = "remove";
    LAYOUT_OP = "layer";
    OUTPUT = "Which output is the network's?";
    OUTPUT_NAME = "name of the output";
    OUTPUT_READ = "Read it with this output";

    TRY_IT = "Try it on";
    DIGITS_TEN = "ten test digits";
    DIGITS_HUNDRED = "a hundred test digits";
    CLEAR = "remove all";
    PASTE_NUMBERS = "Numbers, one input a line";
    PASTE_HINT = "Separated by commas or blanks. One number more than the network takes: the first is the class.";
    PASTE_TAKE = "Take these";
    SCALE = "Black to white is";
    SCALE_UNIT = "0 to 1";
    SCALE_SIGNED = "−1 to 1";
    SCALE_BYTES = "0 to 255";
    SCALE_STANDARD = "MNIST, standardised";
    SCALE_GUESSED = "guessed by trying the test digits; change it if it is wrong";
    NO_INPUTS = "Nothing to try it on yet. Drop pictures, or files of numbers (npy, npz, IDX, CSV, JSON), several at once.";
    VALUES = "Numbers of this input";
    NORM = "norm";
    METHODS = "Methods";
    LARGEST = "largest ε tried";

    RADIUS = "Certified radius";
    ZONE_PROVED = "proved safe";
    ZONE_UNKNOWN = "nobody knows";
    ZONE_BROKEN = "broken";
    PENDING = "…";
    NONE = "none";
    UNBROKEN = "not found";
    WAITING = "Choose something to try the network on.";
    STARTING = "starting the engine …";
    CHANGED = "The network or a setting has changed: what is below belongs to it once the new answers are here.";
    OUTPUT_BOUNDS = "Bounds of its outputs";

    BROKEN = "The attack's point";
    BROKEN_TABLE = "number by number";
    BROKEN_SURE = "Evaluated once more in the network's own order, with every rounding charged, it is another class for certain.";
    BROKEN_UNSURE = "The outputs are so close that rounding may decide between the classes.";

    CERTIFY = "Take away a certificate";
    CERTIFY_SAY = "A certificate is a file with a claim and its proof. Whoever trusts neither this page nor its bounds checks it with boundscope check, or with a Python script of 300 lines.";
    CERTIFY_HINT = "empty: each input's own certified radius";
    CERTIFY_ONE = "For this input";
    CERTIFY_ALL = "For all of them";
    CERTIFY_STOPPED = "Cancelled: nothing was written.";
    NOTHING_TO_CERTIFY = "There is nothing to certify yet: no radius is proved. Certify first, or give an ε.";
    EPSILON_WRONG = "That is no ε: give a number of 0 or more, or leave it empty.";
    MISSING_PROVER = "The part that makes certificates could not be loaded; try again when there is a connection.";
    PROVER_DIED = "Making it failed inside the prover, which was thrown away. Please report this network.";
    NOT_PROVED = "No method that is on proves it there, so nothing was written. That says nothing of the network.";

    COMPARE = "Beside another network";
    COMPARE_SAY = "Open a second network that takes and gives as much: it is tried on the same inputs, in the same numbers.";
    COMPARE_OPEN = "open another …";
    COMPARE_LABEL = "Open the file of a network to compare with";
    COMPARE_CLOSE = "Close it";
    COMPARE_ALL = "Radii side by side";
    COMPARE_WAITING = "Certifying both …";

    BRUSH_FROM = "radius from";
    BRUSH_TO = "to";
    BRUSH_CLEAR = "show none";
    BRUSH_SAY = "Drag across the bars, or give two radii, to see those inputs.";

    NOT_FINITE = "Something in it is not a finite number.";
    SILENT = "it has not answered for twenty seconds";

    SET = "All of them";
    SET_START = "Certify all";
    SET_PAUSE = "Pause";
    SET_RESUME = "Go on";
    SET_CANCEL = "Cancel";
    SET_TABLE = "every input";
    SET_HISTOGRAM = "Where the proofs end";
    SET_CURVES = "What share is safe as ε grows";
    KEY_PROVED = "proved";
    KEY_UNBROKEN = "not broken by PGD";
    REPORT_CSV = "CSV";
    REPORT_JSON = "JSON";
    REPORT = "Report";
    PRINT = "Print";

    KEEP = "Keep it in this browser";
    KEEP_SAY = "Nothing is kept unless you ask: network, inputs and what was found would survive a reload, in this browser alone. None of it enters the link.";
    KEPT = "Kept in this browser, with its inputs and what was found: all will be here after a reload, and a set that is under way goes on.";
    KEEP_NOT = "Delete it from this browser";
    KEEP_DELETED = "Deleted from this browser.";

    NOTHING_READ = "No file was given.";
    NO_NUMBERS = "There are no numbers in it. Give one input a line.";
    MISSING_READER = "the part that reads files could not be loaded; try again when there is a connection";
    READER_DIED = "reading it failed inside the reader, which was thrown away. Please report this file";
    NO_FILE_OUT = "The browser would not write the file.";
    NO_MODEL_FOR_IT = "it is a picture. Choose a network first; then pictures can be tried on it";
}

/// Heads of the table of two networks.
pub const PAIRS_HEAD: [&str; 7] =
    ["input", "class", "first reads", "second reads", "first to ε", "second to ε", "difference"];
/// Heads of the table of what an attack changed.
pub const BROKEN_HEAD: [&str; 4] = ["number", "before", "after", "change"];
/// Heads of the bracket's table.
pub const BRACKET_HEAD: [&str; 5] = ["method", "proved to ε", "first not proved", "broken by PGD at", "time"];
/// Heads of the shares' table.
pub const SHARES_HEAD: [&str; 3] = ["ε", "proved", "not broken by PGD"];
/// Heads of the table of inputs.
pub const SET_HEAD: [&str; 6] = ["input", "class", "read as", "proved to ε", "broken by PGD at", "state"];

sentences! {
    reading(name) = "Reading {name} …";
    refused(name, why) = "{name} was not opened: {why}. What was open before is still here.";
    too_long(seconds) = "it took longer than {seconds} s, so reading was stopped. Exporting it again as plain ONNX may help";
    asks(name, format, by, why) = "{name} ({format}{by}): {why}.";
    read(format, by) = "{format}{by}";
    by(producer) = ", written by {producer}";
    takes(shape, outputs, parameters, products) = "Takes {shape}, gives {outputs}; {parameters} parameters, {products} multiplications for one answer.";
    left_off(list) = "Left off behind the outputs: {list}. Bounds and margins are those of the logits in front of it.";
    self_check(difference) = "Yes: on four inputs its outputs differ from those of the file's own graph by {difference} of their size at most.";
    layer_line(shape, parameters) = "→ {shape}{parameters}";
    with_parameters(count) = " · {count} parameters";
    reads(list) = " · reads {list}";
    weights(name, shape, mean, deviation) = "{name} {shape}: mean {mean}, standard deviation {deviation}";
    histogram_label(name, least, greatest) = "How the numbers of {name} are spread, from {least} to {greatest}";
    graph_label(layers, skips) = "How the values flow through {layers} layers; {skips} skip some of them";
    not_numbers(line) = "Line {line} holds something that is not a number. Give numbers alone, one input a line.";
    wrong_count(line, found, wanted) = "Line {line} has {found} numbers, the network takes {wanted}.";
    too_many(most) = "That is more than {most} inputs, the most that are kept at once.";
    picture_unreadable(name) = "The browser could not read {name} as a picture. Choose a PNG or JPEG file.";
    digit(index) = "test digit #{index}";
    row(number) = "row {number}";
    number_of(place) = "number {place}";
    accuracy(right, count) = "Of {count} inputs whose class is known it reads {right} as they should be.";
    accuracy_low(right, count) = "Of {count} inputs whose class is known it reads only {right} as they should be: layout or pixel scaling may be wrong.";
    read_as(class, known) = "read as {class}{known}";
    known_class(class) = ", is {class}";
    proved(radius, norm, class) = "Proved: no change of at most {radius} in {norm} makes it anything but {class}.";
    proved_percent(radius, norm, class, percent) = "Proved: no change of at most {radius} in {norm} ({percent} of the range from black to white) makes it anything but {class}.";
    nothing_proved(class) = "Nothing proved: not even the input itself stays {class} with certainty.";
    misread(class, label) = "It is {label}, and the network reads it as {class} as it stands: there is nothing to prove.";
    broken(epsilon) = "The attack gets through at {epsilon}.";
    unbroken(largest) = "The attack found nothing up to {largest}, which proves nothing.";
    searching(percent) = "Searching, {percent} % done.";
    failed(why) = "It could not be certified: {why}.";
    bracket_caption(input, norm, clip) = "{input} in {norm}{clip}, tight lines; proofs charge every rounding.";
    clipped(low, high) = ", numbers kept in [{low}, {high}]";
    bracket_label(said) = "Bracket of the radius along ε. {said}";
    set_progress(done, count) = "{done} of {count} finished.";
    set_say(verified, epsilon, unbroken, count) = "At ε = {epsilon}, {verified} of {count} are proved; the attack leaves {unbroken}.";
    histogram_say(median, largest) = "Half of the proofs that were found reach {median} or further, the longest {largest}.";
    shares_caption(count, norm, clip) = "Shares of {count} inputs as ε grows, in {norm}{clip}.";
    set_caption(count, norm, clip) = "{count} inputs in {norm}{clip}, tight lines, the best of the methods that are on.";
    not_kept(why) = "It could not be kept: {why}.";
    output_range(output, low, high, epsilon, method) = "Output {output} stays between {low} and {high} for every change of at most {epsilon}, by {method} in f32: a preview, not a proof.";
    counterexample(epsilon, norm, class, label) = "Within {epsilon} in {norm} the network reads {class} instead of {label}.";
    change_times(times) = "the change, {times} times as strong: red is more, blue less";
    proving(input, method, percent) = "{percent} %: {input} by {method}.";
    certificate_made(file, size, epsilon, method) = "Written: {file} ({size} kB). It proves ε = {epsilon} by {method}, and the checker has accepted it.";
    certificates_made(made, count, file, size) = "{made} of {count} certified, each accepted by the checker: {file} ({size} kB).";
    certificate_unmade(why) = "It is proved, but in a way that no certificate can show ({why}); try another method.";
    not_certified(why) = "It could not be certified: {why}.";
    not_alike(name, found, wanted) = "{name} was not opened beside it: it takes {found}, the network that is open {wanted}. Only networks that take and give as much can be compared.";
    takes_and_gives(takes, gives) = "{takes} numbers and gives {gives}";
    compared(count, mine, more, other, less, same) = "Of {count} inputs, {other} is proved further than {mine} on {more}, less far on {less}, as far on {same}.";
    compared_median(other, mine, difference) = "The median difference of their radii, {other} less {mine}, is {difference}.";
    pairs_caption(mine, other, count, norm, clip) = "{mine} first, {other} second: {count} inputs in {norm}{clip}, tight lines, the best of the methods that are on.";
    axis_across(name) = "radius of {name} →";
    axis_up(name) = "↑ radius of {name}";
    brushed(count, all, from, to, more) = "{count} of {all} have a radius from {from} to {to}{more}.";
    brush_more(shown) = ", of which {shown} are shown";
    taken(count) = "{count} inputs were taken, their numbers as they are.";
    taken_bytes(count) = "{count} inputs were taken; their numbers, 0 to 255, were divided by 255.";
    taken_scaled(count, low, high) = "{count} inputs were taken; their numbers are on the scale from {low} to {high} that is chosen.";
    first_of(taken, found) = "the first {taken} of {found}";
    labels_taken(count) = "{count} inputs were given their classes.";
    labels_do_not_fit(labels, inputs) = "It holds {labels} classes, and there are {inputs} inputs: bring the inputs first, or both at once.";
    levels_unclear(least, most, low, high) = "The numbers reach from {least} to {most}: that is neither 0 to 1, nor whole bytes up to 255, nor the scale from {low} to {high} that is chosen. Choose what black and white are first.";
    engine_lost(why, input) = "An engine stopped while it was at {input} ({why}). A new one has begun it again; nothing else was lost.";
    flops(count) = "{count} multiplications";
}
