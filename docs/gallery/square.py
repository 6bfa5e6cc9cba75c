from autograd_mini import Value, draw

x = Value(3.0, label="x")
y = x * x
y.label = "y"
y.backward()
draw(y, detail="chain rule", lang=lang)
