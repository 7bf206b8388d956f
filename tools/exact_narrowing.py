"""What the decisions of a leaf, and the conditions that are to be refuted, say of the input and of the neurons that are linear in it, for check_search.py
(docs/soundness.md, "Narrowing"). Each makes a half-space: a function of the input that is at most a limit wherever anything is left to refute. Which multiples of them
are worth adding is looked for in floating point; any that are not below 0 hold, and what follows is found in fractions."""
from exact_network import ACTIVATIONS, F, know, lowest, math, over_power, short, sided, straight

MOST, CLIPS, ADDED, NARROWED, WORTH = 1 << 15, 3, 3, 3, 0.999

def function(reached):
    """row*x + constant that a walk ended with, exactly and nearly; None where a number of it is too large."""
    row, k, constant = reached
    try:
        near, offset = {i: a / (1 << k) for i, a in row.items() if a}, float(constant)
    except OverflowError:
        return None
    return row, k, constant, near, offset
def linear_functions(nodes):
    """By node that an activation reads, where it is linear in the input and small: functions nowhere above each neuron, and nowhere above its negative."""
    linear = lambda at: nodes[at].op not in ACTIVATIONS and nodes[at].op != "max_pool" and all(map(linear, nodes[at].inputs))
    found = {}
    for at in sorted({node.inputs[0] for node in nodes if node.op in ACTIVATIONS}):
        if linear(at) and nodes[at].width * nodes[0].width <= MOST:
            sides = []
            for i in range(nodes[at].width):
                for sign in (1, -1):
                    lowest(nodes, None, at, {i: sign}, 0, False)
                    sides.append(function(nodes[0].reached))
            if None not in sides:
                found[at] = list(zip(sides[::2], sides[1::2]))
    return found
def narrow(nodes, found, decisions, own, most):
    """Narrows the box and the ranges of linear neurons by decisions, and by the conditions' function, which is to be at most their limit. Whether any input may be left."""
    halves = [(found[nodes[at].inputs[0]][i][above], F(-point if above else point)) for at, i, point, above in decisions if nodes[at].inputs[0] in found]
    halves += [(own, most)] if own else []
    halves = [(g, limit, g[4] - float(limit)) for g, limit in halves]
    if not all(clip(nodes, g, limit) for _ in range(CLIPS) for g, limit, _ in halves):
        return False
    ends = list(map(float, nodes[0].low)), list(map(float, nodes[0].high))
    for at, sides in found.items():
        node, low, high = nodes[at], list(nodes[at].low), list(nodes[at].high)
        readers = [reader for reader in nodes[at + 1:] if at in reader.inputs]
        for i in range(node.width):
            if any(reader.op == "max_pool" or reader.op in ACTIVATIONS and not straight(reader, i, low[i], high[i]) for reader in readers):
                below, above = (bounded(nodes[0], side, halves, ends, floor) for side, floor in zip(sides[i], (low[i], -high[i])))
                low[i], high[i] = max(low[i], short(below)), min(high[i], short(-above, True))
                if low[i] > high[i]:
                    return False
        node.low, node.high = low, high
    return True
def clip(nodes, g, limit):
    """Takes off the box what a half-space excludes: no term may exceed its least by more than the limit leaves above the least of all. Whether anything may be left."""
    (row, k, constant, near, _), low, high = g, list(nodes[0].low), list(nodes[0].high)
    room = limit - constant - sided(row, k, nodes[0].ends)
    for i, a in row.items() if room >= 0 else ():
        if near.get(i) and float(room) / abs(near[i]) < float(high[i] - low[i]) * WORTH:
            reach = room * (1 << k) / abs(a)
            low[i], high[i] = (low[i], min(high[i], short(low[i] + reach, True))) if a > 0 else (max(low[i], short(high[i] - reach)), high[i])
    if room < 0 or any(l > u for l, u in zip(low, high)):
        return False
    know(nodes[0], low, high)
    return True
def bounded(box, own, halves, ends, floor):
    """At most what a function can be at least where all half-spaces hold, and no less than the floor."""
    (row, k, constant, near, offset), added = own, []
    near, best = dict(near), offset + sum(a * ends[a < 0][i] for i, a in near.items())
    for _ in range(ADDED):
        tried = [multiple(near, best, half, ends) + half[:2] for half in halves]
        times, bound, other, limit = max(tried, key=lambda found: found[1], default=(0.0, best, own, 0))
        if not (times > 0 and bound > best):
            break
        for i, a in other[3].items():
            near[i] = near.get(i, 0.0) + times * a
        best = bound
        added.append((times, other, limit))
    if not best > float(floor):
        return floor
    terms, row = [(row, k, 1)], {}
    for times, (other, power, more, _, _), limit in added:  # now exactly
        (factor,), shift = over_power([times])
        terms.append((other, power + shift, factor))
        constant += F(times) * (more - limit)
    k = max(power for _, power, _ in terms)
    for other, power, factor in terms:
        for i, a in other.items():
            row[i] = row.get(i, 0) + (a * factor << k - power)
    return max(floor, constant + sided(row, k, box.ends))
def multiple(row, now, half, ends):
    """How often a half-space is best added to a function of this row and this least value, and the least of the sum: concave in the multiple, it turns where a factor
    changes its sign."""
    (_, _, _, other, _), _, rise = half
    turns, times, bound = [], 0.0, now
    for i, g in other.items():
        a = row.get(i, 0.0)
        rise += g * ends[a < 0 or a == 0 and g < 0][i]
        if a * g < 0:
            turns.append((-a / g, abs(g) * (ends[1][i] - ends[0][i])))
    for turn, fall in sorted(turns):
        if not rise > 0:
            break
        bound, times, rise = bound + rise * (turn - times), turn, rise - fall
    return times, bound
