//! The words of the page and of Explore.

words! {
    TITLE = "Boundscope";
    EXPLORE = "Explore";
    INSPECT = "Inspect";
    LEARN = "Learn";
    INSPECT_COMING = "Loading what reads files …";
    INSPECT_FAILED = "The Inspect tab could not be loaded. The rest goes on; try again when there is a connection.";
    SKIP = "Skip to the views";
    NOTHING_LEAVES = "nothing leaves this page";
    STARTING = "starting the engine …";
    STOPPED = "engine stopped";
    PRECOMPUTED = "precomputed";
    COPY_LINK = "Copy link";
    LINK = "link";
    COPIED = "Link copied";
    COPY_BY_HAND = "The browser would not copy: the address bar holds the link.";
    THEME = "Theme";
    THEME_AUTO = "auto";
    THEME_LIGHT = "light";
    THEME_DARK = "dark";
    DISMISS = "Dismiss";
    RESTART = "Start the engine again";
    RETRY = "Try again";
    UPDATE = "A newer version of this page is here. What is on screen stays until you reload; the link keeps your settings.";
    UPDATE_NOW = "Reload now";
    TRAIN_COMING = "Loading what trains …";
    CARDS_FAILED = "The views below could not be loaded; the question above goes on. Try again, or reload the page.";
    TRAIN_FAILED = "The Train tab could not be loaded. Explore goes on; try again when there is a connection.";

    PROCESSOR = "Processor";
    PROCESSOR_AUTO = "automatic";
    PROCESSOR_CPU = "CPU";
    PROCESSOR_GPU = "GPU";
    MEASURE = "Measure this GPU";
    MEASURE_STOP = "Stop";
    MEASURED_JSON = "JSON";
    KERNELS_TABLE = "kernels";
    KERNELS_MEASURED = "Kernels beside what the GPU reaches at best";
    BOUNDS_MEASURED = "Bounds in f32, ℓ∞ cut to [0, 1], tight lines: time of one question. Both lanes get the same fresh network and random images.";
    STEPS_MEASURED = "Training steps a second, on fresh networks and random images, the same on both lanes.";
    KEEP = "Without a connection";
    KEEP_ALL = "Keep all networks and digits";
    KEEP_STOP = "Stop";
    NO_FILE_OUT = "The browser would not write the file.";
    NO_STORAGE = "storage is switched off, as in some private windows";
    NO_INDEXEDDB = "it has no IndexedDB";
    OLD_TAB = "another tab holds an older version of this page open; close it and reload";
    STORAGE_FULL = "its storage for this page is full";
    STORAGE_NEWER = "a newer version of this page has been here";
    STORAGE_SILENT = "it did not say why";

    NETWORK = "Network";
    IMAGE_NUMBER = "test image";
    PREVIOUS = "previous image";
    NEXT = "next image";
    RANDOM = "random";
    OF_LABEL = "of class";
    ANY = "any";
    ONLY_WRONG = "only misclassified";
    SEARCHING = "looking for a misclassified image …";
    CANCEL = "Cancel";
    NONE_FOUND = "None found: no other image of the test set fits.";
    DRAW = "draw";
    DRAWING_PAD = "Drawing pad";
    CLEAR = "clear";
    PAD_HELP = "Draw a digit. Keyboard: arrow keys move the pen, space puts it down or lifts it, Delete clears.";
    PEN_DOWN = "pen down";
    PEN_UP = "pen up";
    CERTIFY_AS = "certify as";

    REGION = "Region";
    EPSILON = "ε";
    EPSILON_SLIDER = "ε, logarithmic";
    NORM = "norm";
    CLIP = "keep pixels in [0, 1]";
    CLIP_ONLY_INF = "only for ℓ∞: the other balls are not boxes";
    LINES = "lines";
    METHODS = "Methods";
    RELAXED = "Relaxed-CROWN";
    DEPTH = "v";
    NEEDS_A_METHOD = "at least one method must be on: all five are";

    RADIUS = "Certified radius";
    RADIUS_PREVIEW = "Verified radius";
    NEURONS = "Every neuron";
    STATUSES = "Neuron status";
    MARGINS = "Margins";
    MARGINS_SCALE = "symmetric-logarithmic scale";
    ONE_NEURON = "One neuron";
    TIGHTNESS = "Tightness against ε";
    FOLLOW = "follow the network";
    BY_HAND = "by hand";
    BOUNDS_BY = "by";
    TABLE = "table";
    LAYER = "layer";
    METHOD = "method";
    NEURON = "neuron";
    STATUS = "status";
    CLEAN = "image";
    RIVAL = "rival";
    CLEAN_MARGIN = "image itself";
    SMALLEST_SAMPLED = "smallest sampled";
    SMALLEST_ATTACKED = "PGD reached";
    SAMPLED_RANGE = "sampled range";
    OUTPUTS = "outputs";
    PENDING = "…";
    NONE = "none";
    NO_LINES = "no lines";
    YES = "yes";
    NO = "no";
    WAITING = "Waiting for the engine's first answer.";
    WHOLE_FAILED = "The rest of the engine could not be loaded: bounds follow the controls, but radii, the GPU and training do not. Start the engine again, or reload the page.";
    SHOW_TIGHT = "Show tight lines";
    SHOW_ADAPTIVE = "Show adaptive lines";
    BEND = "bend r";
    ALONG_EPSILON_CAPTION = "Neurons by status along ε";
    ALONG_EPSILON_LABEL = "Shares of neuron statuses along ε, by layer and way of bounding";
    NEURON_PICKER = "neuron, sorted by the image's own value; up and down change the layer";
    L = "l";
    U = "u";
    ETA = "η";
    R = "r";
    NO_BEND = "no bend";
    NO_NEURON = "Choose a neuron in “Every neuron”.";
    PROVED = "verified";
    THE_IMAGE = "the image itself";
    SAMPLED = "sampled";
    ATTACKED = "reached by PGD";
    UNBROKEN = "not found";
}

/// Heads of the table of kernels.
pub const KERNELS_HEAD: [&str; 6] = ["kernel", "one run", "GFLOP/s", "of product", "GB/s", "of copy"];
/// Heads of the bounds on both lanes.
pub const BOUNDS_HEAD: [&str; 3] = ["bounds", "CPU", "GPU"];
/// Heads of the training steps on both lanes.
pub const STEPS_HEAD: [&str; 3] = ["training", "CPU", "GPU"];
/// Heads of the radius table.
pub const RADIUS_HEAD: [&str; 7] =
    ["method", "verified to ε", "first not verified", "broken by PGD at", "claim", "lines", "time"];
/// Heads of the ladder's table.
pub const LADDER_HEAD: [&str; 4] = ["method", "worst margin", "verified", "time"];
/// Heads of the one-neuron table.
pub const NEURON_HEAD: [&str; 4] = ["lines", "lower line", "upper line", "area"];
/// Why a silent engine is given up.
pub const SILENT: &str = "it has not answered for nine seconds";
/// The page's own program failed.
pub const BROKEN: &str =
    "This page met an error of its own and stopped. Reload it to go on; the link keeps your settings.";

/// Notice: a file is missing.
pub fn no_file(what: &str, why: &str) -> String {
    format!("{what} could not be loaded ({why}). What is on screen stays. Try again, or reload the page.")
}

/// "L2".
pub fn layer_short(place: usize) -> String {
    format!("L{}", place + 1)
}

words! {
    MEASURING_PEAK = "Measuring what the device reaches at best.";
    GPU_UNKNOWN = "The GPU has not been asked for yet; everything runs on the CPU.";
    GPU_OPENING = "Opening the GPU.";
    GPU_NONE = "There is no GPU; everything runs on the CPU.";
    CHOICE_AUTO = "Each task goes to the processor measured to be faster on it.";
    CHOICE_CPU = "It is not used: you chose the CPU.";
    CHOICE_GPU = "It computes bounds and training in f32, as a preview; radii are proved on the CPU.";
    WHOLE_FAILED_LOG = "The whole engine did not start:";
    DAMAGED = "the file is damaged, or this browser cannot unpack gzip";
    NOT_JSON = "it is not JSON";
    DEPTH_AS_V = "give the depth as v=…";
    LAYER_NEURON = "write layer.neuron, for instance 2.17";
    TABS = "Pages";
    NOT_A_DRAWING = "not a 28×28 drawing";
    TWO_NUMBERS = "write x,y, two numbers from 0 to 1";
    STAGE_AND_PAIR = "write a stage, or stage.neuron.neuron of two neurons";
    NO_SUCH_NETWORK = "no network has this name";
    FOUR_VALUES = "write l,u,η,r";
    VERSUS = "write net:…, lines:… or norm:…, with commas between";
    L_ABOVE_U = "l is above u";
    NO_SUCH_TAB = "write tab=explore, tab=train or tab=inspect";
    NO_SUCH_SETTING = "this page knows no such setting";
}

sentences! {
    measuring(number, total) = "Measuring {number} of {total}.";
    measuring_stopped(done, total) = "Stopped after {done} of {total}.";
    gpu_testing(adapter, done, total) = "{adapter}: trying every kernel, {done} of {total}.";
    gpu_lost(why) = "The GPU stopped and is being opened again: {why}.";
    gpu_refused(why) = "No GPU is used, everything runs on the CPU: {why}.";
    gpu_back(why) = " It stopped and was opened again: {why}.";
    gpu_ready(adapter, total, back, choice) = "{adapter}: all {total} kernels agree with the CPU.{back} {choice}";
    raced(races) = "One image of this network on the CPU and on the GPU: {races}.";
    gpu_peak(flops, bytes) = "The GPU reaches {flops} GFLOP/s in a large product and {bytes} GB/s in a large copy.";
    kept_some(kept, total, size) = "This page opens without a connection, with the networks and digits that you looked at: {kept} of {total} files. All of them together are {size} MB.";
    kept_all(size) = "All networks and digits ({size} MB) are kept in this browser: everything here works without a connection.";
    keeping(kept, total) = "Keeping them: {kept} of {total} files.";
    keeping_failed(kept, total) = "{kept} of {total} files are kept; for the rest there was no connection or no room. Try again.";
    internal_error(why) = "internal error: {why}";
    unreadable_answer(why) = "an answer could not be read: {why}";
    too_large(name) = "{name} is larger than 512 MB, more than this page reads";
    unreadable(name) = "{name} could not be read";
    other_version(found, wanted) = "it starts with “{found}”, this page reads links that start with “{wanted}”";
    no_such_neuron(layer, neuron) = "This network has no neuron {layer}.{neuron}: the widest unstable one is shown. Choose another one in “Every neuron”.";
    bad_link(told) = "Part of this link could not be read ({told}); the rest is shown. Use the controls, or ask for a new link.";
    no_value(part) = "“{part}” has no value";
    not_whole(least, most) = "not a whole number from {least} to {most}";
    not_real(least, most) = "not a number from {least} to {most}";
}
