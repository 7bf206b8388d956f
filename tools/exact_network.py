"""A network in exact arithmetic, for check_certificate.py and check_search.py: its file, lines around its activations, and walks back through it.
Numbers are fractions, or whole numbers over a power of two; one that has to be rounded goes to the side that proves less."""
import exact_curves, gzip, hashlib, json, math, re, struct
from decimal import Decimal
from exact_curves import CURVES
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
FLOATS = {"batch_norm": "stabilizer", "leaky_relu": "slope", "param_ramp": "slope", "clip": "high low", "elu": "scale"}
ACTIVATIONS, SCALES = "relu leaky_relu param_ramp clip".split() + CURVES, "normalize batch_norm avg_pool".split()
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
def short(value, up=False):  # to some 60 digits, to the side that proves less
    if up:
        return -short(-value)
    value = down(value)
    excess = max(0, value.numerator.bit_length() - 64)
    return F(value.numerator >> excess << excess, value.denominator)
def root_above(value):
    k = 200 + value.denominator.bit_length()
    return F(math.isqrt((value.numerator << 2 * k) // value.denominator) + 1, 1 << k) if value else F(0)
def around(node, i, z):  # fractions around an activation's value at z
    if node.op in CURVES:
        return exact_curves.value(node, z)
    if node.op == "clip":
        return [F(min(max(z, node.settings.get("low", -math.inf)), node.settings.get("high", math.inf)))] * 2
    slope, bend = F(node.settings.get("slope", 0)), F(node.values["bend"][i]) if node.op == "param_ramp" else z
    return [slope * z if z < 0 else bend + slope * (z - bend) if z > bend else z] * 2
def reach(node, i, s, below, l, u):
    """The t up to which s*z + t stays below an activation on [l, u], or from which it stays above: a curve, or straight between bends."""
    if node.op in CURVES:
        return exact_curves.reach(node, s, below, l, u)
    return (min if below else max)(around(node, i, z)[0] - s * z for z in [l, u] + [F(b) for b in bends(node, i)] if l <= z <= u)
def straight(node, i, low, high):
    return exact_curves.straight(node, low, high) if node.op in CURVES else not any(low < bend < high for bend in bends(node, i))
def bends(node, i):
    return list(node.settings.values()) if node.op == "clip" else [0] + node.values.get("bend", [])[i:i + 1]

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
        wide = [b - a for a, b in zip(least, most)]  # times v - centre, which may be negative under a positive factor, positive under a negative one
        below = [w * min(F(0), l - c) for w, c, l in zip(wide, centre, node.before.low)]
        above = [w * max(F(0), u - c) for w, c, u in zip(wide, centre, node.before.high)]
        node.scale = over_power(least), over_power(centre), (over_power(below), over_power(above))
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
        part += sided(row, k, cost)
        row, k = {i: a * least[i] for i, a in row.items()}, k + power
        part -= dot(row, k, centre)
    return row, k, part
def lowest(nodes, ball, target, row, k, cut):
    """At most row*values of a node over the region: back to the input, or where cut to the ranges of the first activations."""
    waiting, total = {target: (row, k)}, F(0)
    while waiting:
        at = max(waiting)
        (row, k), node = waiting.pop(at), nodes[at]
        if node.op == "input":
            node.reached = row, k, total
        if node.op == "input" and ball:
            (norm, centre, epsilon), sizes = ball, [abs(a) for a in row.values()] or [0]
            size = root_above(F(sum(a * a for a in sizes), 1 << 2 * k)) if norm == "2" else F(max(sizes), 1 << k)
            total += dot(row, k, centre) - epsilon * size
        elif node.op == "input" or cut and (node.op in ACTIVATIONS or node.op == "max_pool"):
            total += sided(row, k, node.ends)
        else:
            row, k, part = back(node, row, k)
            total += part
            if getattr(node, "decided", None):  # of m*(z - p) >= 0: A*z >= A*z - m*(z - p)
                neurons, points, factors = zip(*node.decided)
                (whole, power), total = over_power(factors), total + sum(map(F.__mul__, points, factors))
                row, k = {i: a << max(0, power - k) for i, a in row.items()}, max(k, power)
                for i, m in zip(neurons, whole):
                    row[i] = row.get(i, 0) - (m << k - power)
            for place in node.inputs:
                other, power = waiting.get(place, ({}, k))
                sums = {i: a << max(0, k - power) for i, a in other.items()}
                sums.update({i: sums.get(i, 0) + (a << max(0, power - k)) for i, a in row.items()})
                waiting[place] = sums, max(k, power)
    return total
