"""Fits a line through noisy points, with NumPy on both ends."""

import numpy as np

import lazuli as lz

points = np.linspace(-1, 1, 200, dtype=np.float32)
noise = np.random.default_rng(1).normal(0, 0.1, 200).astype(np.float32)
x, y = lz.tensor(points), lz.tensor(3 * points - 0.5 + noise)

slope = lz.tensor(0.0, requires_grad=True)
offset = lz.tensor(0.0, requires_grad=True)
for step in range(200):
    error = slope * x + offset - y
    loss = (error * error).mean()
    loss.backward()
    with lz.no_grad():
        for parameter in (slope, offset):
            parameter -= 0.2 * parameter.grad
            parameter.grad = None
    lz.eval()  # marks a step; never needed for a right answer
    if step % 50 == 0:
        print(f"{step}: {loss:.4f}")

print(f"y = {slope:.2f} x + {offset:.2f}")
print(np.abs((slope.detach() * x + offset.detach()).numpy() - (3 * points - 0.5)).max())
