// A kernel run by the back end's launch instead of by its program: cut into tasks, with what lies
// turned brought in order.
#pragma once

#include <memory>

#include "lazuli/kernel/arguments.h"
#include "lazuli/kernel/kernel.h"

namespace lazuli::fuzz {

// Columns of a row may be cut where nothing is folded and nothing happens once a row.
bool may_cut_columns(const kernel::Kernel& kernel);
// Whether a launch may run it: one that folds nothing has its columns cut.
bool may_launch(const kernel::Kernel& kernel);

// With the processor that env::cpu() says. Takes a whole box, or the phases of one.
std::unique_ptr<kernel::Program> make_launched(const kernel::Kernel& kernel);

}  // namespace lazuli::fuzz
