from autograd_mini import Value, draw

x = Value(0.5, label="x")
y = x**3
y.label = "y"
y.backward(create_graph=True)
slope = x.grad  # dy/dx is a graph, too
slope.label = "dy/dx"
x.grad = 0.0
slope.backward()  # x.grad is now the second derivative
draw(slope, detail="chain rule")
