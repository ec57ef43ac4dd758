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
    case op::OpKind::scatter:
      return scatter(call);
    case op::OpKind::scatter_add:
      return scatter_add(call);
    case op::OpKind::scatter_fold:
      return scatter_fold(call);
    case op::OpKind::running_sum:
      return running_sum(call);
    case op::OpKind::running_product:
      return running_product(call);
    case op::OpKind::linear_recurrence:
      return linear_recurrence(call);
    case op::OpKind::running_place:
      return running_place(call);
    case op::OpKind::flip:
      return flip(call);
    case op::OpKind::nonzero_places:
      return nonzero_places(call);
    case op::OpKind::selected:
      return selected(call);
    case op::OpKind::sorted_values:
      return sorted_values(call);
    case op::OpKind::row_places:
      return row_places(call);
    case op::OpKind::sorted_places:
      return sorted_places(call);
    case op::OpKind::top_places:
      return top_places(call);
    case op::OpKind::searched_places:
      return searched_places(call);
    default:
      LZ_ASSERT(false, "operator {} has no function here", static_cast<int>(call.kind));
  }
}

}  // namespace lazuli::cpu
