from autograd_mini import Value, draw

x = Value(0.5, label="x")
y = x * x.sin()
y.backward(create_graph=True)
slope = x.grad  # sin x + x cos x: the derivative is a graph, too
slope.label = "y′"
x.grad = 0.0
slope.backward()  # x.grad is now the second derivative
draw(slope, detail="chain rule", rankdir="TB", lang=lang)
