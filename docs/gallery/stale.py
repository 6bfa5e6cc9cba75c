from autograd_mini import Value, draw

w = Value(2.0, label="w")
loss = (w - 5) ** 2
loss.label = "L"
loss.backward()
w.data -= 0.1 * w.grad  # the update; the graph still holds the old loss
draw(loss, lang=lang)
