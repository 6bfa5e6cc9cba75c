from autograd_mini import Value, draw

x = Value(1.5, label="x")
u, v = x**2, x.exp()
y = u * v
u.label, v.label, y.label = "u", "v", "y"
y.backward()
draw(y, detail="chain rule", lang=lang)
