//! The words of Explore's cards and notices: what is said under a view, over a table, and when something did not work.

words! {
    CLAIM_CERTIFIED = "certified";
    CLAIM_F32 = "verified (f32 preview)";
    CLAIM_F64 = "verified (f64 preview)";
    ABOVE_CERTIFIED = "certified";
    ABOVE_VERIFIED = "verified";
    REST_UNDECIDED = "the rest is undecided";
    RADIUS_SEARCHING = "Searching.";
    REACH_CERTIFIED = "Certified";
    NOTHING_BROKEN_YET = "Beyond the last certificate nothing is known before an attack has been run.";
    LADDER_CONSTANT = "With constant lines LBP and CROWN fall back to IBP: the order of Theorem 2 holds.";
    LADDER_HOLDS = "Theorem 2 holds here: IBP ≤ {LBP, CROWN-IBP} ≤ CROWN-LBP ≤ CROWN.";
    LADDER_NO_PROMISE = "Adaptive lines: Theorem 2 makes no promise; here no method fell below IBP.";
    LADDER_WAITING = "Waiting for the remaining methods.";
    NEURONS_SAMPLED_LAYERS = " Layers wider than their pixels show an even sample of their neurons, by rank.";
    PIXELS_KEPT = ", pixels kept in [0, 1]";
    CURVES_LATER = " The curves follow when the engine is idle.";
    CURVES_FILLING = " The curves are filling in.";
    IMAGE_DRAWN = "drawn here";
    IMAGE_DRAWN_ALT = "your drawing, centred";
    FILE_DRAWING = "The drawing";
    NETWORK_GONE = "The network of this link was trained or opened in a page that is closed; a network that ships is shown. Open it again from Train.";
    CERTIFY_AS_PREDICTED = "auto: as predicted";
    CERTIFY_AS_LABELLED = "auto: its label";
}

sentences! {
    time_gpu(time) = "{time} · GPU";
    layer_title(number, affine, activation, neurons) = "layer {number} · {affine} · {activation} · {neurons} neurons";
    layer_brief(number, affine) = "layer {number} · {affine}";
    drawn_of(columns, neurons) = " · {columns} of {neurons}";
    asked(region, lines) = "{region}, {lines}";
    footing(asked, arithmetic) = "{asked} · {arithmetic}";

    margins_misread(predicted, label) = "The network calls the image itself a {predicted}: no method can verify it as a {label}.";
    margins_all(rivals, label, verified, close, attacked) = "All {rivals} margins of {label} are {verified} above zero.{close}{attacked}";
    margins_some(proved, rivals, label, verified, rest, close) = "{proved} of {rivals} margins of {label} are {verified} above zero; {rest}.{close}";
    margins_close(rival, bound) = " The closest rival is {rival}, bounded below by {bound}.";
    margins_attacked(margin) = " PGD gets the smallest down to {margin}.";
    rest_broken(broken) = "PGD breaks the other {broken}";
    rest_unbroken(open) = "PGD breaks none of the other {open}, which proves nothing: they are undecided";
    rest_parted(broken, open) = "PGD breaks {broken}, {open} are undecided";
    margins_caption(label, footing) = "Lower bounds of z{label} − zᵢ, {footing}";
    ladder_caption(label, footing) = "Smallest lower bound of z{label} − zᵢ by method, {footing}";

    radius_none_yet(norm) = "Searching for the largest ε in {norm} that each method proves.";
    radius_nothing(label) = "No method verifies class {label} even at ε = 0.";
    reach_verified(arithmetic) = "Verified ({arithmetic})";
    method_with(method, lines) = "{method} with {lines}";
    radius_bracket(claim, label, verified, norm, by, refuted, broken) = "{claim} as a {label} up to ε = {verified} in {norm} by {by}; no longer at {refuted}. {broken}";
    radius_at_least(claim, label, verified, norm, by) = "{claim} as a {label} at least up to ε = {verified} in {norm} by {by}, the largest ε tried.";
    radius_still(reach, percent) = "{reach} Still searching: {percent} %.";
    broken_at(epsilon) = "PGD breaks it at ε = {epsilon}; between the certificate and there neither a bound nor an attack decides.";
    broken_nowhere(largest) = "PGD breaks it nowhere up to ε = {largest}, which proves nothing beyond the certificate.";
    searched_proved(epsilon) = " A search proved it up to ε = {epsilon}.";
    searched_broken(epsilon) = " A search found it misread at ε = {epsilon}.";
    radius_caption(norm, lines, largest) = "Largest ε verified in {norm} by each method{lines}, up to {largest}";
    radius_caption_lines(lines) = ", {lines}";

    ladder_violated(steps) = "Theorem 2 is violated ({steps}): that is an error in this program, please report it with this link.";
    ladder_step(low, high) = "{low} > {high}";
    ladder_paradox(method, below) = "The paradox: with adaptive lines {method} falls {below} below IBP. Each line has the least area, and the whole is looser: Theorem 2 promises its order for tight lines only.";
    paradox_elsewhere(epsilon, method, below) = "At ε = {epsilon} {method} falls {below} below IBP.";
    go_to(epsilon) = "Go to ε = {epsilon}";

    width_by(width, methods) = "{width} by {methods}";
    neurons_widths(widths, sampled, part) = "Mean width of a hidden neuron's interval: {widths}.{sampled}{part}";
    neurons_sampled(points) = " The dark thread is what {points} sampled points reached: always inside.";
    neurons_caption(number, part, footing) = "Pre-activation bounds of layer {number}{part}, sorted by the image's own value, {footing}";
    neurons_part(shown, all) = ", {shown} of {all} evenly by rank";
    neuron_caption(subtitle) = "Bounding lines of one neuron, {subtitle}";
    neuron_bounds(number, neuron, lower, upper, method, status) = "layer {number}, neuron {neuron}: {lower} to {upper} by {method}, {status}";
    neuron_subtitle(number, neuron, status, method) = "layer {number}, #{neuron}: {status} by {method}";
    neuron_by_hand(status) = "by hand: {status}";
    neuron_areas(lower, upper, status, areas) = "On [{lower}, {upper}] the neuron is {status}. Area between the lines: {areas}.";
    equation_slope(slope) = "{slope} z";
    equation_plus(slope, intercept) = "{slope} + {intercept}";
    equation_minus(slope, intercept) = "{slope} − {intercept}";

    statuses_caption(footing) = "Neurons by status, {footing}";
    along_caption(norm, lines) = "Neurons by status along ε in {norm}, {lines}, f32 preview";
    share_by(percent, methods) = "{percent} % by {methods}";
    statuses_unstable(shares) = "Neurons not known to stay on one piece of σ: {shares}. A status is read off the bounds of the method in use.";
    tightness_caption(norm, clip) = "Mean width of the output bounds by ε in {norm}{clip}, f32 preview";
    tightness_widths(epsilon, widths, progress) = "Mean width at ε = {epsilon}: {widths}.{progress}";
    method_value(method, value) = "{method} {value}";

    image_test(index) = "test #{index}";
    image_labelled(image, label) = "{image}, label {label}";
    image_predicted(image, predicted) = "{image}, predicted {predicted}";
    image_wrong(image, predicted) = "{image}, predicted {predicted}: wrong";
    image_alt_labelled(index, label) = "MNIST test image {index}, a handwritten {label}";
    image_alt(index) = "MNIST test image {index}";
    file_image(index) = "Test image {index}";
    file_network(title) = "The network {title}";

    search_failed(why) = "The search for an image ended early: {why}. Try again.";
    restarted(why) = "The engine stopped ({why}) and was started again; nothing on screen is lost. If this comes back, reload the page.";
    gave_up(why) = "The engine keeps stopping ({why}). What is on screen stays, but no longer follows the controls. Start it again, or reload the page.";
    failed(message) = "The engine could not answer: {message} What is on screen stays; choose another setting, or try again.";
    wrong_protocol(page, engine) = "Page and engine do not belong together (protocol {page} and {engine}): reload the page without its cache.";
    timing_ibp(time) = "IBP {time} · ";
    timing_one(first, time) = "{first}1 method {time}";
    timing_many(first, count, time) = "{first}{count} methods {time}";
}
