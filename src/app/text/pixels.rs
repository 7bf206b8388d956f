//! The words of what a margin's bound is made of, pixel by pixel.

words! {
    TITLE = "Which pixels cost it?";
    REMARK = "a bound, taken apart";
    INVITATION = "CROWN's bound is a linear function of the pixels. Here it is as an image: which pixels it watches, what ε takes at each of them, and the picture that it fears most, read by the network itself.";
    OPEN = "Open";
    CLOSE = "Close";
    COMING = "The pixels are loading.";
    FAILED = "What takes a bound apart could not be loaded. Check the connection and try again.";
    WAITING = "Waiting for the first answer.";
    RIVAL = "Against";
    CLOSEST = "the closest digit";
    METHOD = "Bound by";
    WATCHED = "What it watches";
    TAKEN = "What ε takes";
    FEARED = "What it fears most";
    WATCHED_SAYS = "Blue: a brighter pixel raises the bound. Orange: it lowers it.";
    TABLE = "the ten pixels that cost most";
    ROW = "row";
    COLUMN = "column";
    COEFFICIENT = "coefficient";
    LOSS = "taken";
    SHARE = "share";
    MARGIN_HERE = "margin of the image";
    LINES = "lost by the lines";
    PIXELS = "taken by ε";
    BOUND = "bound";
    NOTHING = "At ε = 0 nothing is taken.";
}

sentences! {
    rival(class) = "the {class}";
    taken_says(pixels) = "Half of it at {pixels} pixels of 784.";
    feared_same(label, margin, bound) = "The network still reads a {label} there, with margin {margin}: the bound says {bound}.";
    feared_other(class, margin, bound) = "The network reads a {class} there, with margin {margin}: misread, as the bound of {bound} allowed.";
    account_lines(label, rival, margin, method, lines) = "The image has a margin of {margin}, {label} over {rival}. {method}'s lines lose {lines} of it before a pixel moves.";
    account_pixels(epsilon, taken, bound) = " ε = {epsilon} takes {taken}, and {bound} is what remains.";
    caption(label, rival, method, epsilon) = "The ten pixels that cost {method}'s bound of {label} − {rival} most, at ε = {epsilon}";
    watched_label(label, rival) = "Coefficients of the bound of {label} − {rival}, as an image of 28 by 28 pixels.";
    taken_label(taken, pixels) = "What ε takes at each pixel, {taken} in all, half of it at {pixels} pixels.";
    feared_label(read) = "The corner of the region where the bound is least, as an image; the network reads it as {read}.";
    account_label(margin, lines, taken, bound) = "From a margin of {margin} the lines lose {lines} and ε takes {taken}: {bound} remains.";
    refused(why) = "This bound cannot be taken apart: {why}.";
    unknown(word) = "The link's pixels= has \"{word}\", which is not understood; the closest digit and CROWN stand in for it.";
}
