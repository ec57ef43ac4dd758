"""What the library brings into a process that runs PyTorch."""

import copy
import io
import pathlib
import re
import subprocess

import torch

import lazuli_torch


def test_one_libgomp_for_both():
    torch.mm(torch.ones(300, 300), torch.ones(300, 300))
    torch.mm(torch.ones(300, 300, device="lazuli"), torch.ones(300, 300, device="lazuli")).cpu()
    maps = pathlib.Path("/proc/self/maps").read_text().splitlines()
    assert len({line.split()[-1] for line in maps if "libgomp" in line}) == 1


def test_the_library_needs_no_newer_libgomp_than_the_wheels():
    library = pathlib.Path(lazuli_torch.__file__).parent / "_device.so"
    needs = subprocess.run(["objdump", "-p", library], capture_output=True, text=True, check=True).stdout
    versions = {word for line in needs.splitlines() for word in line.split() if word.startswith(("GOMP_", "OMP_"))}
    assert versions <= {"GOMP_1.0", "GOMP_2.0", "GOMP_3.0", "GOMP_4.0", "OMP_1.0", "OMP_2.0", "OMP_3.0", "OMP_4.0"}


def test_the_library_shows_its_module_alone():
    library = pathlib.Path(lazuli_torch.__file__).parent / "_device.so"
    names = subprocess.run(["nm", "-DC", "--defined-only", library], capture_output=True, text=True, check=True).stdout
    assert "PyInit__device" in names
    assert not re.findall(r"^\S+ \S (?:(?:vtable|typeinfo|typeinfo name) for )?(?:lazuli|dnnl)::.*$", names, re.M)


def test_pytorch_knows_the_device():
    assert torch.accelerator.current_accelerator().type == "lazuli"
    assert torch.lazuli.device_count() == 1
    assert str(torch.ones(2, device="lazuli")) == "tensor([1., 1.], device='lazuli:0')"
    assert torch.ones(2).lazuli().is_lazuli
    lazuli_torch.synchronize()


def test_tensors_are_copied_deeply_saved_and_loaded():
    a = torch.arange(6.0).reshape(2, 3).to("lazuli").t()
    b = copy.deepcopy([a, a[0]])
    b[0].add_(1)
    assert a.tolist() == [[0, 3], [1, 4], [2, 5]]
    assert b[1].tolist() == [1, 4]  # still a part of the other
    file = io.BytesIO()
    torch.save(a, file)
    file.seek(0)
    c = torch.load(file)
    assert c.is_lazuli and c.stride() == a.stride() and c.tolist() == a.tolist()
    file.seek(0)
    assert torch.load(file, map_location="cpu").tolist() == a.tolist()
