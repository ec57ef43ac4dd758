#include "lazuli/backends/cpu/library/library.h"

#include "lazuli/backends/cpu/library/functions.h"
#include "lazuli/base/check.h"

namespace lazuli::cpu {

void call_library(const backend::LibraryCall& call) {
  switch (call.kind) {
    case op::OpKind::rand:
      return rand(call);
    case op::OpKind::scatter_add:
      return scatter_add(call);
    default:
      LZ_ASSERT(false, "operator {} has no function here", static_cast<int>(call.kind));
  }
}

}  // namespace lazuli::cpu
