"""Sigmoid, tanh, ELU and softplus in exact arithmetic, for exact_network.py: fractions around their values and slopes, and lines beside them.
All stand on e to a power, from Decimal, whose exp and ln are correctly rounded, as its quotients are."""
from decimal import Context, Decimal, localcontext
from fractions import Fraction as F

CURVES = "sigmoid tanh elu softplus".split()

def decays(size):  # fractions around e^(-size), size >= 0
    digits = 60 + max(0, size.denominator.bit_length() - size.numerator.bit_length()) // 2
    with localcontext(Context(prec=digits)):
        near = F((Decimal(-size.numerator) / size.denominator).exp()) if size < 1000 else F(0)
    return [near * (1 - F(10000, 10 ** digits)), min(F(1), near * (1 + F(10000, 10 ** digits))) if near else F(1, 1 << 1400)]
def ln_after_one(e):  # fractions around ln(1 + e), 0 <= e <= 1
    if e < F(1, 1 << 80):
        return [e - e * e / 2, e]
    with localcontext(Context(prec=120)):
        near = F((Decimal(e.numerator + e.denominator) / e.denominator).ln())
    return [near - F(1, 10 ** 110), near + F(1, 10 ** 110)]
def value(node, z):  # fractions around a curve's value at z
    if node.op == "tanh":  # 2 sigmoid(2z) - 1
        return [2 * a - 1 for a in sigmoid(2 * z)]
    if node.op == "elu":
        return [z, z] if z >= 0 else [F(node.settings["scale"]) * (e - 1) for e in decays(-z)]
    if node.op == "softplus":
        low, high = decays(abs(z))
        return [max(z, F(0)) + ln_after_one(low)[0], max(z, F(0)) + ln_after_one(high)[1]]
    return sigmoid(z)
def sigmoid(z):
    ends = decays(abs(z))
    return [e / (1 + e) for e in ends] if z < 0 else [1 / (1 + e) for e in reversed(ends)]
def slope(node, z, near=F(0)):  # fractions around its slope; at a bend the one between those of its sides that is nearest to near
    if node.op == "softplus":
        return sigmoid(z)
    if node.op == "elu":
        scale = F(node.settings["scale"])
        return [scale * e for e in decays(-z)] if z < 0 else [F(1)] * 2 if z > 0 else [min(max(near, scale), F(1))] * 2
    times = 4 if node.op == "tanh" else 1
    return [times * e / (1 + e) ** 2 for e in decays(abs(2 * z if node.op == "tanh" else z))]
def under(node, s, l, u):
    """The t up to which s*z + t is seen to be nowhere above the curve on [l, u]. What rises like an S is concave from 0 on, so that the ends decide; before 0, and what
    is convex everywhere, lies above each of its tangents, whose ends decide. Any tangent will do, the best is the one with the slope s; up to there slopes rise."""
    rising = node.op in ("sigmoid", "tanh")
    high = min(u, F(0)) if rising else u
    most = [value(node, z)[0] - s * z for z in (max(l, F(0)), u, l) if l <= z <= u and (rising and z >= 0 or l == u)]
    least, point = l, high
    if l < high and not rising and l < 0 < u and slope(node, F(0), s)[0] == s:  # the bend
        least = point = F(0)
    for _ in range(100 if least < point else 0):
        middle = (least + point) / 2
        least, point = (middle, point) if slope(node, middle)[0] < s else (least, middle)
    height, slopes = value(node, point)[0], slope(node, point, s)
    return min(most + [height + steep * (z - point) - s * z for z, steep in ((l, slopes[1]), (high, slopes[0])) if l < high])
def reach(node, s, below, l, u):
    """The t up to which s*z + t stays below the curve on [l, u], or from which it stays above."""
    if below:
        return under(node, s, l, u)
    if node.op in ("sigmoid", "tanh"):  # turned round 0 it is itself
        return (1 if node.op == "sigmoid" else 0) - under(node, s, -u, -l)
    return max(value(node, z)[1] - s * z for z in (l, u))  # convex
def straight(node, low, high):
    return low >= high or node.op == "elu" and low >= 0
