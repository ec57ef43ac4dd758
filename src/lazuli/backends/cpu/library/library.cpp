#include "lazuli/backends/cpu/library/library.h"

#include "lazuli/backends/cpu/library/functions.h"
#include "lazuli/base/check.h"

namespace lazuli::cpu {

void call_library(const backend::LibraryCall& call) {
  switch (call.kind) {
    case op::OpKind::rand:
      return rand(call);
    case op::OpKind::randint:
      return randint(call);
    case op::OpKind::randperm:
      return randperm(call);
    case op::OpKind::multinomial:
      return multinomial(call);
    case op::OpKind::scatter_add:
      return scatter_add(call);
    default:
      LZ_ASSERT(false, "operator {} has no function here", static_cast<int>(call.kind));
  }
}

}  // namespace lazuli::cpu
