from autograd_mini import Value, draw

w, x, b = Value(0.5, label="w"), Value(2.0, label="x"), Value(-0.25, label="b")
z = w * x + b
z.label = "z"
y = z.tanh()
y.label = "y"
y.backward()
draw(y, lang=lang)
