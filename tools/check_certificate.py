#!/usr/bin/env python3
"""Checks a certificate: check_certificate.py CERTIFICATE MODEL.safetensors[.gz]. Python's standard library alone.

Prints "accepted: ..." and exits with 0, or "rejected: ..." and exits with 2. A model of another format is first written as the project's own
file, `boundscope convert MODEL MODEL.safetensors`: the same network, by its hash. What is checked, and why it is enough, stands in
docs/soundness.md. Numbers are fractions, or whole numbers over a power of two; one that has to be rounded goes to the side that proves less."""
import gzip, hashlib, json, math, re, struct, sys
from decimal import Context, Decimal, localcontext
from fractions import Fraction as F
from types import SimpleNamespace as Layer

class Rejected(Exception): pass
def need(holds, why):
    if not holds:
        raise Rejected(why)

# ---- reading
def parse(text):
    unique = lambda pairs: need(len(dict(pairs)) == len(pairs), "a key stands twice") or dict(pairs)
    return json.loads(text, object_pairs_hook=unique, parse_constant=lambda word: need(False, word + " is no number"))
def fields(value, names, place):
    good = type(value) is dict and sorted(value) == sorted(names.split())
    return need(good, f"{place} must have the fields {names}") or [value[name] for name in names.split()]
HEX = re.compile(r"-?0x([01])(?:\.([0-9a-f]{0,12}[1-9a-f]))?p(\+0|[+-][1-9][0-9]{0,3})", re.ASCII)
def number(text):  # in its one hexadecimal spelling
    match = HEX.fullmatch(text) if type(text) is str else None
    lead, fraction, power = match.groups() if match else ("0", "", "")
    spelt = power == ("-1022" if fraction else "+0") if lead == "0" else -1022 <= int(power) <= 1023
    return need(spelt, f"{str(text)[:40]!r} is no number as certificates spell them") or float.fromhex(text)
def numbers(value, length, read=number):
    return need(type(value) is list and len(value) == length, f"a list must have {length} numbers") or [read(text) for text in value]
def index(value):
    return need(type(value) is int, "an index is no whole number") or value
def text_of(value):
    """A setting as the model's hash takes it: floats by their shortest decimal, with an exponent below 1e-5 and from 1e16 on."""
    if type(value) is not float or "e" not in repr(value):
        return json.dumps(value, separators=(",", ":"))
    mantissa, power = repr(value).split("e")
    return format(Decimal(repr(value)), "f") if power == "-05" else f"{mantissa}e{int(power):+d}"
TENSORS = {"linear": "weight bias", "conv2d": "weight bias", "normalize": "mean std", "batch_norm": "weight bias mean variance", "param_ramp": "bend"}
FLOATS = {"batch_norm": "stabilizer", "leaky_relu": "slope", "param_ramp": "slope", "clip": "high low"}
ACTIVATIONS, SCALES = "relu leaky_relu param_ramp clip sigmoid tanh".split(), "normalize batch_norm avg_pool".split()
def read_model(path):
    data = open(path, "rb").read()
    data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    start = 8 + struct.unpack("<Q", data[:8])[0]
    header = parse(data[8:start].decode())
    description = parse(header["__metadata__"]["boundscope"])
    def tensor(name):
        need(header[name]["dtype"] == "F32", f"the tensor {name} is not F32")
        raw = data[slice(*(start + offset for offset in header[name]["data_offsets"]))]
        return header[name]["shape"], raw, list(struct.unpack(f"<{len(raw) // 4}f", raw))
    shape, names = description["input_shape"], {"input": 0}
    nodes = [Layer(op="input", inputs=[], shape=shape, width=math.prod(shape))]
    for layer in description["layers"]:
        layer = {key: value for key, value in layer.items() if value is not None}
        op, inputs = layer["op"], [names[name] for name in layer["inputs"]] if "inputs" in layer else [len(nodes) - 1]
        shape, kernel = list(nodes[inputs[0]].shape), None
        tensors = {name: tensor(layer[name]) for name in TENSORS.get(op, "").split() if name in layer}
        settings = {name: float(layer[name]) for name in FLOATS.get(op, "").split() if name in layer}
        if op in ("conv2d", "avg_pool", "max_pool"):
            conv, groups = op == "conv2d", layer.get("groups", 1)
            kernel = tensors["weight"][0][2:] if conv else layer["kernel"]
            stride, padding = layer.get("stride", [1, 1] if conv else kernel), layer.get("padding", [0, 0])
            settings.update(stride=stride, padding=padding, **({} if conv else {"kernel": kernel}), **({"groups": groups} if groups != 1 else {}))
            sides = [(shape[i + 1] + 2 * padding[i] - kernel[i]) // stride[i] + 1 for i in (0, 1)]
            shape = [tensors["weight"][0][0] if conv else shape[0]] + sides
        elif op in ("linear", "flatten", "reshape"):
            shape = layer["shape"] if op == "reshape" else [tensors["weight"][0][0] if op == "linear" else math.prod(shape)]
            settings.update({"shape": shape} if op == "reshape" else {})
        names[layer.get("name", "input")] = len(nodes) if "name" in layer else 0
        nodes.append(Layer(op=op, inputs=inputs, shape=shape, width=math.prod(shape), settings=settings, tensors=tensors, kernel=kernel,
                           before=nodes[inputs[0]], values={name: tensor[2] for name, tensor in tensors.items()}))
    return nodes
def model_hash(nodes):
    whole = lambda *values: struct.pack(f"<{len(values)}Q", *values)
    text, sizes = lambda value: whole(len(value.encode())) + value.encode(), lambda values: whole(len(values), *values)
    form = [text("boundscope network 1"), whole(len(nodes)), sizes(nodes[0].shape), sizes([]), whole(0)]
    for node in nodes[1:]:
        settings = [text(key) + text(text_of(node.settings[key])) for key in sorted(node.settings)]
        tensors = [text(name) + sizes(shape) + whole(len(raw) // 4) + raw for name, (shape, raw, _) in node.tensors.items()]
        form += [sizes(node.shape), sizes(node.inputs), whole(1), text(node.op), whole(len(settings)), *settings, whole(len(tensors)), *tensors]
    return hashlib.sha256(b"".join(form)).hexdigest()

# ---- numbers
def over_power(values):  # whole numbers and k, so that each value is its whole number over 2^k
    ratios = [value.as_integer_ratio() for value in values]
    k = max((d.bit_length() - 1 for _, d in ratios), default=0)
    return [n << (k - d.bit_length() + 1) for n, d in ratios], k
def down(value):  # to a fraction over a power of two, where it is none
    k = max(0, 200 + value.denominator.bit_length() - value.numerator.bit_length())
    return value if value.denominator & (value.denominator - 1) == 0 else F((value.numerator << k) // value.denominator, 1 << k)
def root_above(value):
    k = 200 + value.denominator.bit_length()
    return F(math.isqrt((value.numerator << 2 * k) // value.denominator) + 1, 1 << k) if value else F(0)
def sigmoid(z, slope=False):
    """Fractions around the sigmoid's value, or its slope, at z. Decimal's exp is correctly rounded, so is a quotient."""
    size, digits = abs(z), 60 + max(0, z.denominator.bit_length() - z.numerator.bit_length()) // 2
    with localcontext(Context(prec=digits)):
        near = F((Decimal(-size.numerator) / size.denominator).exp()) if size < 1000 else F(0)
    ends = [near * (1 - F(10000, 10 ** digits)), near * (1 + F(10000, 10 ** digits)) if near else F(1, 1 << 1400)]
    return [e / (1 + e) ** 2 for e in ends] if slope else [e / (1 + e) for e in ends] if z < 0 else [1 / (1 + e) for e in reversed(ends)]
def below_sigmoid(s, t, l, u):
    """Whether s*z + t is nowhere above the sigmoid on [l, u]: from 0 on it is concave, so that the ends decide; before 0 it lies above each of
    its tangents, whose ends decide. Any tangent will do, the best is the one with the slope s; up to 0 slopes rise."""
    least, high = l, min(u, F(0))
    point, right = high, all(s * z + t <= sigmoid(z)[0] for z in (max(l, F(0)), u, l) if l <= z <= u and (z >= 0 or l == u))
    for _ in range(100 if right and l < high else 0):
        middle = (least + point) / 2
        least, point = (middle, point) if sigmoid(middle, True)[0] < s else (least, middle)
    value, slopes = sigmoid(point)[0], sigmoid(point, True)
    return right and (l >= high or all(s * z + t <= value + slope * (z - point) for z, slope in ((l, slopes[1]), (high, slopes[0]))))
def around(node, i, z):  # fractions around an activation's value at z
    if node.op in ("sigmoid", "tanh"):  # tanh z = 2 sigmoid(2z) - 1
        return sigmoid(z) if node.op == "sigmoid" else [2 * value - 1 for value in sigmoid(2 * z)]
    if node.op == "clip":
        return [F(min(max(z, node.settings.get("low", -math.inf)), node.settings.get("high", math.inf)))] * 2
    slope, bend = F(node.settings.get("slope", 0)), F(node.values["bend"][i]) if node.op == "param_ramp" else z
    return [slope * z if z < 0 else bend + slope * (z - bend) if z > bend else z] * 2
def holds(node, i, s, t, below, l, u):
    """Whether s*z + t stays below (or above) an activation on [l, u]: straight between bends, or the sigmoid, which turned round is itself."""
    if node.op in ("sigmoid", "tanh"):
        s, t, l, u = (s / 4, (t + 1) / 2, 2 * l, 2 * u) if node.op == "tanh" else (s, t, l, u)
        return below_sigmoid(s, t, l, u) if below else below_sigmoid(s, 1 - t, -u, -l)
    bends = node.settings.values() if node.op == "clip" else [0] + node.values.get("bend", [])[i:i + 1]
    gaps = [s * z + t - around(node, i, z)[0] for z in [l, u] + [F(bend) for bend in bends] if l <= z <= u]
    return max(gaps) <= 0 if below else min(gaps) >= 0

# ---- the walk back: a row is {place: whole number} over 2^k
def dot(row, k, values):
    return F(sum(a * values[0][i] for i, a in row.items()), 1 << (k + values[1]))
def sided(row, k, pair):
    return dot({i: a for i, a in row.items() if a >= 0}, k, pair[0]) + dot({i: a for i, a in row.items() if a < 0}, k, pair[1])
def know(node, low, high):  # takes up the range of a node's values, rounded outward to fractions over powers of two
    node.low, node.high = [down(value) for value in low], [-down(-value) for value in high]
    node.ends = over_power(node.low), over_power(node.high)
def prepare(node):
    """What a walk takes from a layer: weights by output (of the first axis), biases, and a scale of which two numbers around it are known."""
    node.weights = node.scale = None
    node.taps, v = {}, {name: [F(value) for value in values] for name, values in node.values.items()}
    node.bias = over_power([value for value in v.get("bias", [F(0)] * node.shape[0]) for _ in range(node.width // node.shape[0])])
    if node.op in ("linear", "conv2d"):
        (whole, power), size = over_power(v["weight"]), len(v["weight"]) // node.shape[0]
        node.weights = [whole[i:i + size] for i in range(0, len(whole), size)], power
    elif node.op == "avg_pool":
        node.weights, exact = ([[1] * math.prod(node.kernel)] * node.shape[0], 0), [[F(1, math.prod(node.kernel))]]
    elif node.op == "batch_norm":  # weight / sqrt(variance + stabilizer), the root between two numbers
        roots = [root_above(variance + F(node.settings["stabilizer"])) for variance in v["variance"]]
        exact = [[weight / root, weight / (root * (1 - F(1, 1 << 90)))] for weight, root in zip(v["weight"], roots)]
    elif node.op == "normalize":
        exact = [[1 / std] for std in v["std"]]
    elif node.op == "max_pool":
        node.reads = [[window(node, i)[0] + place for place, _ in window(node, i)[1]] for i in range(node.width)]
    if node.op in SCALES:  # scale*(v - centre), with the least scale, and what not knowing it better may cost
        spread = lambda values: [value for value in values for _ in range(node.before.width // len(exact))]
        least, most = spread(down(min(ends)) for ends in exact), spread(-down(-max(ends)) for ends in exact)
        centre = spread(v.get("mean", [F(0)] * len(exact)))
        cost = [(b - a) * max(abs(l - c), abs(u - c)) for a, b, c, l, u in zip(least, most, centre, node.before.low, node.before.high)]
        node.scale = over_power(least), over_power(centre), over_power(cost)
def window(node, output):
    """What an output reads through its window: elements of the input, each with its place in the kernel."""
    (_, height, width), (channel, place) = node.before.shape, divmod(output, node.shape[1] * node.shape[2])
    channels, groups = (node.tensors["weight"][0][1], node.settings.get("groups", 1)) if node.op == "conv2d" else (1, node.shape[0])
    if place not in node.taps:
        (rows, columns), stride, padding = node.kernel, node.settings["stride"], node.settings["padding"]
        y, x = place // node.shape[2] * stride[0] - padding[0], place % node.shape[2] * stride[1] - padding[1]
        node.taps[place] = [((c * height + y + i) * width + x + j, (c * rows + i) * columns + j) for c in range(channels)
                            for i in range(rows) for j in range(columns) if 0 <= y + i < height and 0 <= x + j < width]
    return channel // (node.shape[0] // groups) * channels * height * width, node.taps[place]
def back(node, row, k):
    """A row over a layer's values as one over its input's, and what to add."""
    out, (slopes, constants) = [0] * node.before.width, node.lines or (None, None)
    if node.op in ACTIVATIONS or node.op == "max_pool":
        need(node.lines, f"a walk passes a {node.op} of which no lines are known")
        if node.op in ACTIVATIONS:
            both = max(slopes[0][1], slopes[1][1])
            return {i: a * slopes[a < 0][0][i] << (both - slopes[a < 0][1]) for i, a in row.items()}, k + both, sided(row, k, constants)
        for i, a in row.items():
            out[max(0, slopes[a < 0][i])] += a if slopes[a < 0][i] >= 0 else 0
        return {i: a for i, a in enumerate(out) if a}, k, sided(row, k, constants)
    part = dot(row, k, node.bias)
    if node.weights:
        weights, power = node.weights
        for i, a in row.items():
            if node.op == "linear":
                out = [o + a * w for o, w in zip(out, weights[i])]
            else:
                (base, taps), kernel = window(node, i), weights[i // (node.shape[1] * node.shape[2])]
                for place, tap in taps:
                    out[base + place] += a * kernel[tap]
        row, k = {i: a for i, a in enumerate(out) if a}, k + power
    if node.scale:
        (least, power), centre, cost = node.scale
        part -= dot({i: abs(a) for i, a in row.items()}, k, cost)
        row, k = {i: a * least[i] for i, a in row.items()}, k + power
        part -= dot(row, k, centre)
    return row, k, part
def lowest(nodes, ball, target, row, k, cut):
    """At most row*values of a node over the region: back to the input, or where cut to the ranges of the first activations."""
    waiting, total = {target: (row, k)}, F(0)
    while waiting:
        at = max(waiting)
        (row, k), node = waiting.pop(at), nodes[at]
        if node.op == "input" and ball:
            (norm, centre, epsilon), sizes = ball, [abs(a) for a in row.values()] or [0]
            size = root_above(F(sum(a * a for a in sizes), 1 << 2 * k)) if norm == "2" else F(max(sizes), 1 << k)
            total += dot(row, k, centre) - epsilon * size
        elif node.op == "input" or cut and (node.op in ACTIVATIONS or node.op == "max_pool"):
            total += sided(row, k, node.ends)
        else:
            row, k, part = back(node, row, k)
            total += part
            for place in node.inputs:
                other, power = waiting.get(place, ({}, k))
                sums = {i: a << max(0, k - power) for i, a in other.items()}
                sums.update({i: sums.get(i, 0) + (a << max(0, power - k)) for i, a in row.items()})
                waiting[place] = sums, max(k, power)
    return total

# ---- the certificate
def entries(values, names, nodes, fits):  # by node
    values = [fields(value, names, "an entry") for value in values]
    places = [index(value[0]) for value in values if 0 < index(value[0]) < len(nodes) and fits(nodes[value[0]].op)]
    need(sorted(set(places)) == places and len(places) == len(values), "entries must be of such nodes, in rising order, each once")
    return {value[0]: value[1:] for value in values}
def lines_of(node, sides):
    """Lines of an activation, or picks of a max pooling, that were found to hold over the range of what it reads."""
    names, read = ("slope intercept", number) if node.op in ACTIVATIONS else ("input constant", index)
    low, high, sides = node.before.low, node.before.high, [fields(side, names, "lines") for side in sides]
    sides = [(numbers(first, node.width, read), [F(b) for b in numbers(second, node.width)]) for first, second in sides]
    for side, i in ((side, i) for side in (0, 1) for i in range(node.width)):
        a, b = sides[side][0][i], sides[side][1][i]
        if node.op == "max_pool":
            good, b = (b == 0, low[a]) if a in node.reads[i] else (a == -1, b)
            good &= any(low[j] >= b for j in node.reads[i]) if side == 0 else all(high[j] <= b for j in node.reads[i] if j != a)
        need(good if node.op == "max_pool" else holds(node, i, F(a), b, side == 0, low[i], high[i]),
             f"{node.op}, neuron {i}: what is said to be {('below', 'above')[side]} it need not be")
    return [over_power(first) if node.op in ACTIVATIONS else first for first, _ in sides], [over_power(second) for _, second in sides]
def check(certificate, path):
    kind, version, model, region, claim, _, leaves = fields(certificate, "format version model region claim method leaves", "a certificate")
    need(kind == "boundscope certificate" and type(version) is int and version == 1, "this is no certificate of version 1")
    (digest, shape, *_), nodes = fields(model, "network input_shape format notes left_off", "model"), read_model(path)
    need(digest == model_hash(nodes), f"it is about the network {digest}, the model given is {model_hash(nodes)}")
    need(shape == nodes[0].shape, "input_shape is not the model's")
    norm, epsilon, clip, centre = fields(region, "norm epsilon clip centre", "region")
    centre, epsilon = [F(value) for value in numbers(centre, nodes[0].width)], F(number(epsilon))
    least, most = (F(value) for value in numbers(clip, 2)) if clip is not None else (min(centre) - epsilon, max(centre) + epsilon)
    low, high = [max(value - epsilon, least) for value in centre], [min(value + epsilon, most) for value in centre]
    good = norm in ("inf", "2", "1") and epsilon >= 0 and (clip is None or norm == "inf") and all(l <= h for l, h in zip(low, high))
    need(good, "there is no such region, or nothing of it is left by clipping")
    ball, classes, _ = None if norm == "inf" else (norm, over_power(centre), epsilon), nodes[-1].width, know(nodes[0], low, high)
    if type(claim) is dict and "label" in claim:
        label, above = index(*fields(claim, "label", "claim")), [F(0)] * (classes - 1)
        need(0 <= label < classes >= 2, "the label is no output")
        rows = [[(i == label) - (i == other) for i in range(classes)] for other in range(classes) if other != label]
    else:
        rows, above = fields(claim, "rows above", "claim")
        rows, above = [numbers(row, classes) for row in rows], [F(value) for value in numbers(above, len(rows))]
    need(rows and len(leaves) == 1, "there must be a row and one leaf")
    decisions, layers, lines, picks, by = fields(leaves[0], "decisions layers lines picks by", "a leaf")
    layers = entries(layers, "node by lower upper", nodes, lambda op: True)
    lines = entries(lines, "node below above", nodes, ACTIVATIONS.__contains__)
    lines.update(entries(picks, "node below above", nodes, "max_pool".__eq__))
    need(decisions == [] and {by, *(layer[0] for layer in layers.values())} <= {"interval", "walk"}, "version 1 knows no such proof")
    for at, node in enumerate(nodes[1:], 1):
        walked = lambda way: ([sign * lowest(nodes, ball, at, {i: sign}, 0, way == "interval") for i in range(node.width)] for sign in (1, -1))
        prepare(node)
        node.lines, ends = lines_of(node, lines[at]) if at in lines else None, (node.before.low, node.before.high)
        found = ends if node.op in ("flatten", "reshape") else None
        if node.op in ACTIVATIONS:
            found = [[around(node, i, value)[side] for i, value in enumerate(ends[side])] for side in (0, 1)]
        elif node.op == "max_pool":
            found = [[max(values[j] for j in places) for places in node.reads] for values in ends]
        if found:
            know(node, *found)
        if at in layers:
            way, *said = layers[at]
            low, high = ([F(value) for value in numbers(values, node.width)] for values in said)
            for i, (l, u, least, most) in enumerate(zip(low, high, *walked(way))):
                need(l <= least and most <= u and l <= u, f"node {at}, neuron {i}: its range does not follow")
            know(node, *((map(max, low, found[0]), map(min, high, found[1])) if found else (low, high)))
        elif not found and at != len(nodes) - 1:
            know(node, *walked("interval"))
    for place, (row, threshold) in enumerate(zip(rows, above)):
        whole, k = over_power(row)
        least = lowest(nodes, ball, len(nodes) - 1, {i: a for i, a in enumerate(whole) if a}, k, by == "interval")
        need(least > threshold, f"row {place} of the claim does not follow: {float(least)!r} is all that is proved")
    what = f"is in class {label}" if "label" in claim else f"satisfies {len(rows)} rows"
    return f"every input within {float(epsilon)!r} (norm {norm}) of the centre{' and within the clip' if clip else ''} {what}"

def main(certificate, model):
    try:
        print("accepted:", check(parse(open(certificate, "rb").read().decode("utf-8-sig")), model))
    except Exception as why:
        print("rejected:", why if type(why) is Rejected else f"a file is not what it should be ({why!r:.200})", file=sys.stderr)
        return 2

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) if len(sys.argv) == 3 else "usage: check_certificate.py CERTIFICATE MODEL.safetensors")
