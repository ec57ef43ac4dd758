"""Views are PyTorch's own; reads gather, writes scatter: the same as on the host, also where views overlap."""

import torch


def numbers(*shape):
    return torch.arange(1.0, 1 + torch.Size(shape).numel()).reshape(shape)


READS = {
    "t": lambda a: a.t(),
    "row": lambda a: a[1],
    "column": lambda a: a[:, 1],
    "rows": lambda a: a[1:3],
    "columns": lambda a: a[:, 1:3],
    "steps": lambda a: a[::2, ::3],
    "expanded": lambda a: a[:, None].expand(-1, 2, -1),
    "expanded column": lambda a: a[:, :1].expand(4, 5),
    "turned rows": lambda a: a.t()[1:3],
    "flat": lambda a: a.flatten(),
    "diagonal": lambda a: a.diagonal(1),
    "windows": lambda a: a.flatten().unfold(0, 5, 2),
    "one": lambda a: a[2, 3],
    "none": lambda a: a[4:],
    "viewed": lambda a: a.view(2, 2, 6).permute(2, 0, 1),
    "squeezed": lambda a: a[None, :, None].squeeze(0),
    "strided": lambda a: a.as_strided((2, 3), (1, 5), 2),
    "narrow of turned": lambda a: a.view(4, 3, 2).transpose(0, 1)[:, 1:],
}


def test_reading_views(compare):
    for name, view in READS.items():
        compare(view, numbers(4, 6))
        compare(lambda a, view=view: view(a) + 1 if view(a).is_contiguous() else view(a), numbers(4, 6))
        compare(lambda a, view=view: torch.relu(view(a)).contiguous(), numbers(4, 6))


WRITES = {
    "turned": lambda a: a.t().add_(1),
    "column filled": lambda a: a[:, 2].fill_(7),
    "rows filled": lambda a: a[1:3].fill_(7),
    "block": lambda a: a[1:3, 2:4].mul_(10),
    "steps": lambda a: a[::2, ::3].add_(a[1::2, ::3]),
    "from a copy of what it overlaps": lambda a: a.view(-1)[1:].add_(a.view(-1)[:-1].clone()),
    "row from row": lambda a: a[0].copy_(a[3]),
    "turned rows": lambda a: a.t()[1:3].mul_(-1),
    "diagonal": lambda a: a.diagonal().zero_(),
    "one": lambda a: a[2, 3].fill_(9),
    "none": lambda a: a[4:].fill_(9),
    "viewed": lambda a: a.view(2, 2, 6).permute(2, 0, 1)[3].add_(5),
    "windows": lambda a: a.as_strided((3, 4), (8, 2), 1).relu_(),
    "whole": lambda a: a.copy_(a.t().reshape(4, 6)),
}


def test_writing_views(compare):
    for name, write in WRITES.items():
        def shown(a, write=write):
            rows, turned = a[1:], a.t()
            write(a)
            return a.clone(), rows, turned

        compare(shown, numbers(4, 6))


def test_a_long_mix(compare):
    def mix(a, b):
        a.t().add_(b)
        a[1:, ::2].fill_(3)
        flat = a.view(-1)
        flat[2:9].add_(flat[9:16])
        b.select(0, 1).copy_(a[0, :4])
        c = torch.mm(a, b)
        a.t()[2].mul_(c[0, 0])
        return a, b, c

    compare(mix, numbers(4, 6), numbers(6, 4))


def test_versions_are_pytorchs():
    a = numbers(4, 6).to("lazuli")
    before = a._version
    a.t()[1].add_(1)
    assert a._version == before + 1


def test_memory_is_shared_and_resized(compare):
    def resized(a):
        a.resize_(2, 2)
        b = a.clone()
        a.resize_(5, 6)
        a[4:].fill_(1)
        return b

    compare(resized, numbers(4, 6))

    def reset(a):
        b = torch.empty(0, device=a.device)
        b.set_(a.untyped_storage(), 3, (2, 4), (4, 1))
        b.add_(100)
        return b

    compare(reset, numbers(4, 6))
    compare(lambda a: torch.empty(0, device=a.device).set_(a), numbers(4, 6))


def test_the_same_bytes_as_another_dtype(compare):
    compare(lambda a: a.view(torch.int32), numbers(4, 6))

    def written(a):
        a.view(torch.int32)[1].add_(1)
        return a

    compare(written, numbers(4, 6))


def test_layouts_of_fresh_tensors():
    like = torch.empty(2, 3, 4, 5).to("lazuli").to(memory_format=torch.channels_last)
    assert like.stride() == torch.empty(2, 3, 4, 5, memory_format=torch.channels_last).stride()
    assert torch.empty_strided((2, 3), (1, 2), device="lazuli").stride() == (1, 2)
    assert torch.empty_like(numbers(4, 6).to("lazuli").t()).stride() == (1, 6)
    assert torch.zeros(2, 3, device="lazuli").stride() == (3, 1)
