from autograd_mini import Value, draw

x, y = Value(2.0, label="x"), Value(-3.0, label="y")
z = x.exp() + x * y
z.label = "z"
draw(z, lang=lang)
