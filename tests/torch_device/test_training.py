"""Gradients are PyTorch's; what they are made of runs on the device."""

import torch
from torch import nn


def test_gradients_of_an_expression(compare):
    def gradients(a, b, c):
        for each in (a, b, c):
            each.requires_grad_()
        out = (torch.relu(torch.mm(a, b) + c) * torch.tanh(c)).sum(1)
        torch.cat([out, out * 2]).sum().backward()
        return a.grad, b.grad, c.grad

    torch.manual_seed(0)
    compare(gradients, torch.randn(3, 4), torch.randn(4, 5), torch.randn(5), rtol=1e-5, atol=1e-6)


def test_gradients_through_writes_to_views(compare):
    def gradients(a):
        a.requires_grad_()
        b = a * 1
        b.t()[1].mul_(3)
        b[0].fill_(2)
        (b * b).sum().backward()
        return a.grad

    compare(gradients, torch.arange(12.0).reshape(3, 4))


def train(device, optimizer, steps=20):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 1))
    inputs = torch.randn(32, 4)
    targets = torch.sin(inputs.sum(1, keepdim=True))
    model, inputs, targets = model.to(device), inputs.to(device), targets.to(device)
    stepper = optimizer(model.parameters())
    losses = []
    for _ in range(steps):
        stepper.zero_grad()
        error = model(inputs) - targets
        loss = (error * error).mean()
        loss.backward()
        stepper.step()
        losses.append(loss.detach())
    return torch.stack([loss.cpu() for loss in losses]), [each.detach().cpu() for each in model.parameters()]


def test_sgd_trains_a_network_as_on_the_host():
    def sgd(parameters):
        return torch.optim.SGD(parameters, lr=0.1, momentum=0.9)

    want, got = train("cpu", sgd), train("lazuli", sgd)
    assert want[0][-1] < want[0][0] / 2
    torch.testing.assert_close(got[0], want[0], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(got[1], want[1], rtol=1e-4, atol=1e-5)


def test_a_training_step_of_a_network_needs_no_fallback(counted):
    def sgd(parameters):
        return torch.optim.SGD(parameters, lr=0.1)

    train("lazuli", sgd, 1)
    with counted() as counts:
        train("lazuli", sgd, 2)
    assert counts.fallbacks == {}


def test_adam_trains_by_what_falls_back():
    def adam(parameters):
        return torch.optim.Adam(parameters, lr=0.01)

    want, got = train("cpu", adam, 5), train("lazuli", adam, 5)
    torch.testing.assert_close(got[0], want[0], rtol=1e-4, atol=1e-5)
