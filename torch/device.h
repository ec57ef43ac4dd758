// What PyTorch wants to know of a device: there is one, number 0, with one stream and no generator
// of its own (random numbers are drawn on the host). Knows no operator.
#pragma once

namespace lazuli::torch {

// Tells PyTorch of the device, of its kernels and of the fallback. Once a process.
void register_device();

// Waits until everything that was recorded on the calling thread is worked out.
void synchronize();

}  // namespace lazuli::torch
