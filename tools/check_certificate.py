#!/usr/bin/env python3
"""Checks a certificate: check_certificate.py CERTIFICATE MODEL.safetensors[.gz]. Python's standard library alone.

Prints "accepted: ..." and exits with 0, or "rejected: ..." and exits with 2. A model of another format is first written as the project's own
file, `boundscope convert MODEL MODEL.safetensors`: the same network, by its hash. What is checked, and why it is enough, stands in
docs/soundness.md. Certificates of regions (version 1) are checked here, those of searches (version 2) in check_search.py."""
import sys
import check_search
from exact_network import (ACTIVATIONS, F, Rejected, around, fields, index, know, lowest, model_hash, need, number, numbers, over_power,
                           parse, prepare, reach, read_model)

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
        most = b if node.op == "max_pool" else reach(node, i, F(a), side == 0, low[i], high[i])
        need(good if node.op == "max_pool" else b <= most if side == 0 else b >= most,
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
        certificate = parse(open(certificate, "rb").read().decode("utf-8-sig"))
        searched = type(certificate) is dict and type(certificate.get("version")) is int and certificate["version"] == 2
        print("accepted:", (check_search.check if searched else check)(certificate, model))
    except Exception as why:
        print("rejected:", why if type(why) is Rejected else f"a file is not what it should be ({why!r:.200})", file=sys.stderr)
        return 2

if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) if len(sys.argv) == 3 else "usage: check_certificate.py CERTIFICATE MODEL.safetensors")
