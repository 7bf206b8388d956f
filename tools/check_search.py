"""Checks the certificate of a search (version 2) for check_certificate.py: that the leaves of each tree cover its box, and that each of them follows
(docs/soundness.md). Ranges and lines are not in the file: they follow by rules."""
import exact_curves
from exact_narrowing import NARROWED, function, linear_functions, narrow
from exact_network import (ACTIVATIONS, CURVES, F, around, bends, fields, index, know, lowest, model_hash, need, number, numbers, over_power, prepare,
                           reach, read_model, short, straight)

# ---- lines by rule
def slopes(node, i, low, high):
    """Slopes worth trying: those of an activation between its bends (at the ends and in the middle, where it has none), and the chord's."""
    middle, height = (low + high) / 2, lambda z: sum(around(node, i, z)) / 2
    if node.op in CURVES:
        steep = lambda z: float(sum(exact_curves.slope(node, z)) / 2)
        tried = [steep(z) for z in ([low] if straight(node, i, low, high) else [low, middle, high])]
    else:
        stops = [low, *sorted(F(bend) for bend in bends(node, i) if low < bend < high), high]
        tried = [float((height(b) - height(a)) / (b - a)) if a < b else 0.0 for a, b in zip(stops, stops[1:])]
    return tried + ([] if straight(node, i, low, high) else [float((height(high) - height(low)) / (high - low))])
def pair(node, i, said=(None, None), flat=False):
    """Slope and intercept of a line below and of one above, over the range of what the neuron is given."""
    low, high, found = node.before.low[i], node.before.high[i], []
    tried = slopes(node, i, low, high)
    for below in (True, False):
        own = said[0 if below else 1]
        some = tried if len(tried) == 1 else [own] if own is not None else [min(tried)] if flat and below else tried
        lines = [(slope, short(reach(node, i, F(slope), below, low, high), not below)) for slope in some]
        found.append((max if below else min)(lines, key=lambda line: F(line[0]) * (low + high) + 2 * line[1]))
    return found
def packed(pairs):
    side = lambda side, part: over_power([pair[side][part] for pair in pairs])
    return [side(0, 0), side(1, 0)], [side(0, 1), side(1, 1)]
def picks(node):
    low, high, first, most = node.before.low, node.before.high, [], []
    for reads in node.reads:
        best = max(reads, key=lambda at: low[at])
        alone = all(at == best or high[at] <= low[best] for at in reads)
        first.append((best, best if alone else -1))
        most.append((F(0), F(0) if alone else max(high[at] for at in reads)))
    return list(zip(*first)), [over_power(side) for side in zip(*most)]

# ---- what is known over a box
def over(nodes, low, high, twice):
    """Ranges of all nodes: intervals, and where a neuron bends in what reads it the narrower ends of that and of walks back to the input."""
    know(nodes[0], low, high)
    for at, node in enumerate(nodes[1:], 1):
        if not hasattr(node, "reads") or node.scale:
            node.reads = []
            prepare(node)
        before, found = node.before, None
        node.decided, node.lines, node.flat, node.pairs = [], None, None, None
        if node.op in ACTIVATIONS:
            node.pairs = [pair(node, i) for i in range(node.width)]
            node.lines = packed(node.pairs)
            node.flat = packed([pair(node, i, flat=True) for i in range(node.width)]) if twice else None
            found = [[short(around(node, i, value)[side], side == 1) for i, value in enumerate(ends)] for side, ends in enumerate((before.low, before.high))]
        elif node.op == "max_pool":
            node.lines = node.flat = picks(node)
            found = [[max(values[j] for j in places) for places in node.reads] for values in (before.low, before.high)]
        elif node.op in ("flatten", "reshape"):
            found = before.low, before.high
        if found:
            know(node, *found)
        elif at != len(nodes) - 1:
            walk = lambda i, cut: [short(lowest(nodes, None, at, {i: 1}, 0, cut)), short(-lowest(nodes, None, at, {i: -1}, 0, cut), True)]
            ends = [walk(i, True) for i in range(node.width)]
            readers = [reader for reader in nodes[at + 1:] if at in reader.inputs]
            bent = [i for i, (l, u) in enumerate(ends) if any(reader.op == "max_pool" or reader.op in ACTIVATIONS and not straight(reader, i, l, u) for reader in readers)]
            for flat in (False, True) if twice else (False,):
                exchange(nodes, flat)
                for i in bent:
                    least, most = walk(i, False)
                    ends[i] = [max(ends[i][0], least), min(ends[i][1], most)]
                exchange(nodes, flat)
            know(node, *map(list, zip(*ends)))
def exchange(nodes, flat):
    for node in nodes[1:] if flat else ():
        if getattr(node, "flat", None):
            node.lines, node.flat = node.flat, node.lines
STATE = "low high ends lines pairs scale".split()
def kept(nodes):
    return [[getattr(node, name, None) for name in STATE] for node in nodes]
def restore(nodes, state):
    for node, values in zip(nodes, state):
        vars(node).update(zip(STATE, values))

# ---- leaves
def follows(nodes, box, rows, decisions, leaf):
    """Whether not all conditions hold together, where neurons are decided."""
    added, said, multipliers = fields(leaf, "rows slopes multipliers", "a leaf")
    need(added and type(added) is list, "a leaf adds up no condition")
    multipliers = numbers(multipliers, len(decisions)) if multipliers != [] else [0.0] * len(decisions)
    need(all(m >= 0 for m in multipliers), "a multiplier is below 0")
    for node in nodes:
        node.decided, node.wide = [], (node.low, node.high)
    for (at, i, point, above), m in zip(decisions, multipliers):
        before, value = nodes[at].before, F(point)
        before.low, before.high = list(before.low), list(before.high)
        before.low[i], before.high[i] = (max(before.low[i], value), before.high[i]) if above else (before.low[i], min(before.high[i], value))
        if before.low[i] > before.high[i]:
            return True  # no input is left
        nodes[at].decided += [(i, value, F(m if above else -m))] if m else []
    slopes_of, last = {}, 0
    for entry in said:
        at, *sides = fields(entry, "node below above", "slopes")
        need(last < index(at) < len(nodes) and nodes[at].op in ACTIVATIONS, "slopes must be of activations, in rising order")
        sides, last = [[(index(i), number(slope)) for i, slope in side] for side in sides], at
        for side in sides:
            need(all(a < b for (a, _), (b, _) in zip(side, side[1:])) and all(0 <= i < nodes[at].width for i, _ in side), "slopes must be of neurons, in rising order")
        slopes_of[at] = [dict(side) for side in sides]
    added = [(index(at), number(weight)) for at, weight in added]
    need(all(a < b for (a, _), (b, _) in zip(added, added[1:])) and all(0 <= at < len(rows) and weight > 0 for at, weight in added),
         "conditions must be there, in rising order, each with a weight above 0")
    total, limit = [F(0)] * nodes[-1].width, F(0)
    for at, weight in added:
        weights, most, strict = rows[at]
        limit += F(weight) * most
        for output, factor in weights:
            total[output] += F(weight) * factor
    whole, k = over_power(total)
    for left in reversed(range(NARROWED + 1 if decisions else 1)):
        steer(nodes, slopes_of)
        least = lowest(nodes, None, len(nodes) - 1, {i: a for i, a in enumerate(whole) if a}, k, False)
        if least > limit or least == limit and any(rows[at][2] for at, _ in added):
            return True
        if left and box["linear"] is None:
            own = nodes[0].reached
            box["linear"] = linear_functions(nodes)
            nodes[0].reached = own
        if left and box["linear"] and not narrow(nodes, box["linear"], decisions, function(nodes[0].reached), limit):
            return True
    return False
def steer(nodes, slopes_of):
    """Lines anew where a range was narrowed, or slopes are said."""
    for at, node in enumerate(nodes):
        if node.op in ACTIVATIONS:
            (below, above), (low, high), own = slopes_of.get(at, ({}, {})), node.before.wide, node.before
            touched = {i for i in range(node.width) if own.low[i] is not low[i] or own.high[i] is not high[i]} | below.keys() | above.keys()
            if touched:
                node.pairs = [pair(node, i, (below.get(i), above.get(i))) if i in touched else own for i, own in enumerate(node.pairs)]
                node.lines = packed(node.pairs)
def check_tree(nodes, whole, rows, tree, twice):
    """The number of leaves of a tree that covers a box, each of which follows."""
    waiting, leaves = [(whole, [])], 0
    for place, step in enumerate(tree):
        need(waiting and type(step) is dict and len(step) == 1, f"node {place} of a tree belongs to nothing, or is none")
        (box, decisions), ((kind, step),) = waiting.pop(), step.items()
        if kind == "leaf":
            if not box["known"]:
                over(nodes, box["low"], box["high"], twice)
                box["known"] = kept(nodes)
            restore(nodes, box["known"])
            need(follows(nodes, box, rows, decisions, step), f"node {place} of a tree: its conditions may hold together")
            leaves += 1
        elif kind == "halve":
            i, at = fields(step, "input at", "a split")
            low, high, at = list(box["low"]), list(box["high"]), F(number(at))
            need(0 <= index(i) < len(low) and low[i] <= at <= high[i], f"node {place} of a tree splits an input where it is not")
            for side, ends in (("low", low), ("high", high)):
                waiting.append(({**box, "known": None, "linear": None, side: ends[:i] + [at] + ends[i + 1:]}, decisions))
        else:
            need(kind == "decide", f"node {place} of a tree is of no kind")
            at, i, point = fields(step, "node neuron at", "a decision")
            need(0 < index(at) < len(nodes) and nodes[at].op in ACTIVATIONS and 0 <= index(i) < nodes[at].width, "a decision is about no neuron")
            waiting += [(box, decisions + [(at, i, number(point), above)]) for above in (True, False)]
    need(not waiting, f"{len(waiting)} parts of a tree are missing")
    return leaves
def check(certificate, path):
    kind, _, model, asked, parts = fields(certificate, "format version model asked parts", "a certificate")
    need(kind == "boundscope certificate", "this is no certificate")
    (digest, shape, *_), nodes = fields(model, "network input_shape format notes left_off", "model"), read_model(path)
    need(digest == model_hash(nodes), f"it is about the network {digest}, the model given is {model_hash(nodes)}")
    need(shape == nodes[0].shape, "input_shape is not the model's")
    clauses = leaves = 0
    for part in parts:
        lower, upper, twice, own = fields(part, "lower upper twice clauses", "a part")
        low, high = ([F(value) for value in numbers(ends, nodes[0].width)] for ends in (lower, upper))
        need(all(l <= u for l, u in zip(low, high)) and type(twice) is bool, "there is no such box")
        box = {"low": low, "high": high, "known": None, "linear": None}
        for clause in own:
            rows, tree = fields(clause, "rows tree", "a clause")
            rows = [fields(row, "weights limit strict", "a condition") for row in rows]
            rows = [([(index(i), F(number(weight))) for i, weight in weights], F(number(limit)), strict) for weights, limit, strict in rows]
            for weights, _, strict in rows:
                need(all(0 <= i < nodes[-1].width for i, _ in weights) and all(a < b for (a, _), (b, _) in zip(weights, weights[1:]))
                     and type(strict) is bool, "a condition is not about outputs, each once and in rising order")
            clauses, leaves = clauses + 1, leaves + check_tree(nodes, box, rows, tree, twice)
    return f"no input is unsafe: {len(parts)} boxes, {clauses} conditions, {leaves} leaves"
