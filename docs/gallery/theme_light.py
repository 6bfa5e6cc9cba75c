from autograd_mini import Value, draw

x, y = Value(1.5, label="x"), Value(1.0, label="y")
z = 20 * x**2 + (-4 * y).exp()
z.label = "z"
z.backward()
draw(z, theme="light", color_by="gradient", rankdir="TB", lang=lang)
