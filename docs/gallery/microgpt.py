"""A transformer of the size of Karpathy's microgpt (2026): one layer, four heads, 27 letters."""

from random import Random

from autograd_mini import Value, dot, draw, log_softmax, mean, relu, rsqrt, scope, softmax

WIDTH, HEADS, LETTERS, LENGTH = 16, 4, 27, 16
HEAD = WIDTH // HEADS
rng = Random(0)


def matrix(name, rows, columns):
    """Random weights, one tuple for each row."""
    return [
        tuple(Value(rng.gauss(0, 0.08), label=f"{name}[{i}][{j}]") for j in range(columns))
        for i in range(rows)
    ]


def linear(rows, x):
    """A matrix times a vector, each row one node."""
    return tuple(dot(row, x) for row in rows)


def normed(x):
    """x divided by its root mean square."""
    scale = rsqrt(mean([v * v for v in x]) + 1e-5)
    return tuple(v * scale for v in x)


with scope("embedding"):
    letters, places = matrix("wte", LETTERS, WIDTH), matrix("wpe", LENGTH, WIDTH)
with scope("attention"):
    wq, wk, wv, wo = (matrix(name, WIDTH, WIDTH) for name in ("wq", "wk", "wv", "wo"))
with scope("mlp"):
    fc1, fc2 = matrix("fc1", 4 * WIDTH, WIDTH), matrix("fc2", WIDTH, 4 * WIDTH)
with scope("scores"):
    head = matrix("lm_head", LETTERS, WIDTH)

text = [26, 4, 12, 12, 0, 26]  # . e m m a .
keys, values, losses = [], [], []
for place, letter in enumerate(text[:-1]):
    with scope("embedding"):
        pairs = zip(letters[letter], places[place], strict=True)
        x = normed(tuple(a + b for a, b in pairs))
    with scope("attention"):
        q, k, v = (linear(weights, normed(x)) for weights in (wq, wk, wv))
        keys.append(k)
        values.append(v)
        out = []
        for part in (slice(h * HEAD, (h + 1) * HEAD) for h in range(HEADS)):
            weights = softmax([dot(q[part], k[part]) / HEAD**0.5 for k in keys])
            out += [dot(weights, column) for column in zip(*(v[part] for v in values), strict=True)]
        x = tuple(a + b for a, b in zip(x, linear(wo, out), strict=True))
    with scope("mlp"):
        hidden = tuple(relu(v) for v in linear(fc1, normed(x)))
        x = tuple(a + b for a, b in zip(x, linear(fc2, hidden), strict=True))
    with scope("scores"):
        losses.append(-log_softmax(linear(head, x))[text[place + 1]])
loss = mean(losses)
loss.label = "L"
loss.backward()
draw(loss, color_by="gradient", rankdir="TB", lang=lang)
