//! The words for what could not be done: why, without a full stop, to be put into a sentence.

words! {
    PARTIAL = "this engine only explores: the whole one is another program";
    NO_IMAGES = "there are no images to train on; load some first";
    NO_HELD_OUT = "there are no held-out images to measure on; load some first";
    PIECE = "a piece of the training set does not fit the first one; load the set again";
    NO_RUN = "there is no run in this place";
    NO_GPU_LANE = "this build has no GPU lane";
    GPU_NOT_READY = "the GPU is not ready: see Processor for why, or train on the CPU";
    NOISE = "noise on r is added on the CPU only: set it to 0, or train there";
    NO_IMAGE = "no image to bound: the set is empty";
    ONE_CLASS = "the network has one output; margins need two classes or more";
    CANCELLED = "cancelled";
}

sentences! {
    loader(why) = "The engine could not be loaded ({why}). Reload the page to try again.";
    message(why) = "the engine could not read a message of the page: {why}";
    no_network(network) = "no network named \"{network}\" has been loaded; load it first";
    network(network, why) = "the network \"{network}\" could not be read: {why}";
    pixels(found, wanted) = "{found} bytes of pixels are not a whole number of images of {wanted}, one for each label";
    budget(found) = "the time to spend is {found} ms; it must be from 0 to 600000";
    device(device, why) = "the {device} failed: {why}";
    kernel(kernel, found, wanted, tolerance, element) = "the GPU is not used: the kernel {kernel} gave {found} where {wanted} ± {tolerance} is right (element {element})";
    held_out(pixels, labels) = "{pixels} bytes of held-out pixels and {labels} labels do not go together; each image needs one label";
    held_out_size(wanted) = "the held-out images do not have {wanted} pixels each";
    plan(setting, found, wanted) = "the plan's {setting} is {found}; it must be {wanted}";
    architecture(why) = "the architecture does not fit the images: {why}";
    data(why) = "the training set cannot be used: {why}";
    diverged(step, epoch, what) = "the run diverged at step {step} (epoch {epoch}): {what}; the state before it is kept. A smaller ε, learning rate or a longer ramp may help";
    no_adjoint(operation) = "a fault of this program: its loss uses {operation}, which has no gradient; please report it";
    checkpoint(why) = "not a checkpoint: {why}";
    onnx(why) = "the network cannot be written as ONNX: {why}";
    no_kernel(op) = "the GPU lane has no {op} yet: this network is answered on the CPU";
    epsilon(found) = "ε is {found}; it must be a finite number, 0 or more";
    clip_norm(norm) = "clipping to a pixel range is defined for the norm inf only, not for {norm}; leave out the clip";
    clip_range(low, high) = "the clip range [{low}, {high}] is empty or not finite";
    empty_region(index, image, value) = "the region is empty: element {index} of image {image} is {value}, farther than ε from the clip range";
    image_length(image, found, wanted) = "image {image} has {found} elements, the network takes {wanted}";
    image_value(index, image, value) = "element {index} of image {image} is {value}, not a finite number";
    label(label, image, classes) = "label {label} of image {image} is no class of the network, which has {classes}";
    labels(labels, images) = "{labels} labels for {images} images";
}
