//! The words of the two-dimensional theatre.

words! {
    TITLE = "What does each layer make of the region?";
    REMARK = "the network on the plane";
    WAITING = "Waiting for the first scene.";
    INPUTS = "Inputs";
    STAGE = "A layer";
    POINT = "Point of the plane";
    POINT_ROLE = "point to be moved";
    STAGES = "Stage";
    BACK = "Stage before";
    ON = "Next stage";
    PLAY = "play";
    PAUSE = "pause";
    FIRST_NEURON = "across";
    SECOND_NEURON = "up";
    MOST_VARYING = "the two that vary most";
    OUTPUTS = "outputs";
    AXIS_X = "first number";
    AXIS_Y = "second number";
    KEY_REGION = "the region";
    KEY_CUTS = "its straight pieces";
    KEY_PROVED = "proved around the point";
    KEY_IMAGE = "true image";
    KEY_SAMPLES = "sampled points";
    KEY_EVEN = "equal outputs";
    KEY_FOUND = "misread point found";
    CIRCLE = " The round region is drawn, and its image made, from a polygon of 96 corners inside it.";
    TOO_MANY = "There are more than 4000 straight pieces: points of the region are shown instead.";
    CURVED = "The network is curved: points of the region are shown instead of exact polygons.";
    GRID = " The classes are read along a grid.";
    GONE = "This network has no such stage or pair of neurons: the theatre is at the outputs.";
    CLASS_GONE = "This network has two classes, 0 and 1: the class to certify is chosen anew.";
    METHOD = "method";
    AREA = "area left";
    TABLE_ACROSS = "across from";
    TABLE_TO = "to";
    TABLE_UP = "up from";
}

sentences! {
    before(layer) = "layer {layer}, before its activation";
    after(layer) = "layer {layer}, after its activation";
    neuron(index) = "neuron {index}";
    output(index) = "output {index}";
    class(index) = "read as {index}";
    point_value(x, y, read) = "{x}, {y}: {read}";
    inputs_label(x, y, epsilon, norm, proved) = "The plane of inputs by what is read where, the point ({x}, {y}) and the region of ε = {epsilon} in {norm} around it.{proved}";
    proved_to(epsilon) = " Proved up to ε = {epsilon}.";
    exact(pieces) = "The region falls into {pieces} on which the network is straight; the true image is exact.";
    pieces(count) = "{count} pieces";
    leaves(method, area) = "{method} {area}";
    scene(stage, a, b, image, areas) = "{stage}, {a} across and {b} up. {image} Area that each method leaves: {areas}.";
    caption(stage, a, b) = "What each method leaves of {a} and {b}, {stage}";
    refused(why) = "This cannot be drawn: {why}.";
}
