//! The fixed words of the Train tab; of the Train tab.

words! {
    TRAIN = "Train";
    RUNS = "Runs";
    RUNS_REMARK = "in this browser, nothing leaves it";
    SETTINGS = "What to train";
    SETTINGS_REMARK = "applies when a run is prepared";
    SETTINGS_DIFFER = "The runs on screen have other settings. “Prepare anew” replaces them by what is set here.";
    ARCHITECTURE = "layers";
    RECIPE = "recipe";
    EPOCHS = "epochs";
    EPSILON = "ε";
    RAMP = "ε rises over epochs";
    KAPPA = "κ from, to";
    BETA = "β from, to";
    RATE = "learning rate";
    BATCH = "images per step";
    SEED = "seed";
    EXAMPLES = "examples";
    FROM = "from";
    TO = "to";
    BESIDE = "two runs side by side";
    RUN_A = "run A";
    RUN_B = "run B";
    PREPARE = "Prepare";
    PREPARE_AGAIN = "Prepare anew";
    PLAY = "Play";
    PAUSE = "Pause";
    STEP = "Step";
    RESET = "Reset to the seed";
    SPEED = "speed";
    SCHEDULES = "Schedules";
    SCHEDULES_REMARK = "over the epochs of a run";
    LOSSES = "Losses";
    LOSSES_REMARK = "mean over some steps; solid robust, dotted clean; logarithmic";
    ERRORS = "Errors";
    STREAM = "Neuron status over time";
    STREAM_REMARK = "shares under IBP, layer by layer";
    WATCHED = "Margins of one image";
    HISTORY = "History";
    HISTORY_SLIDER = "moment of the run, in epochs";
    LIVE = "newest";
    EARLIER = "earlier moment";
    LATER = "later moment";
    OPEN_A = "Open run A in Explore";
    OPEN_B = "Open run B in Explore";
    LIBRARY = "Kept in this browser";
    LIBRARY_REMARK = "runs you saved; they stay on this machine";
    LIBRARY_EMPTY = "Nothing saved yet.";
    SAVE_A = "Save run A";
    SAVE_B = "Save run B";
    IMPORT = "Open a file";
    IMPORT_REMARK = "a .safetensors file: a run goes on, a network opens in Explore";
    OPEN = "Open in Explore";
    LOAD_A = "Go on as run A";
    LOAD_B = "Go on as run B";
    DELETE = "Delete";
    UNDO = "Undo";
    DOWNLOAD = "Download";
    SAFETENSORS = "safetensors";
    ONNX = "ONNX";
    RESUME = "Resume";
    DISCARD = "Discard";
    CLEAN = "clean";
    ROBUST = "robust";
    PGD = "PGD";
    VERIFIED = "verified";
    WORST = "worst";
    MEAN = "mean of nine";
    EPOCH = "epoch";
    STEPS = "step";
    NO_RUN = "No run yet: press Play.";
    NOT_MEASURED = "Nothing measured yet.";
    NO_MODEL = "Of this moment the numbers are kept, not every network: choose another moment, or the newest, to open it.";
    FULL_SPEED = "full";
    TRAINED = "trained here";
    OPENED = "from a file";
    NEEDS_STORE = "This browser keeps nothing for this page (private window, or storage is blocked): runs live as long as the page. Download what you want to keep.";
}

/// The runs' names.
pub const RUN_NAMES: [&str; 2] = [RUN_A, RUN_B];
/// Letters of the runs, in plots.
pub const RUN_LETTERS: [&str; 2] = ["A", "B"];
/// Classes of the runs: colour and dash.
pub const RUN_CLASSES: [&str; 2] = ["r-a", "r-b"];
