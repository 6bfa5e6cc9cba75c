from autograd_mini import Value, draw, relu

w, x, b = Value(-0.5, label="w"), Value(2.0, label="x"), Value(1.0, label="b")
h = relu(w * x)
h.label = "h"
y = h + b
y.label = "y"
y.backward()
draw(y, lang=lang)
