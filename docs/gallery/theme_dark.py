from autograd_mini import Value, draw

x, y = Value(1.5, label="x"), Value(-2.0, label="y")
z = x**2 + (x * y).exp()
z.label = "z"
z.backward()
draw(z, detail="chain rule", theme="dark", color_by="gradient", lang=lang)
