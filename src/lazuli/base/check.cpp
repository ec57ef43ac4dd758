#include "lazuli/base/check.h"

namespace lazuli {

void throw_internal_error(const char* condition, const char* file, int line,
                          const std::string& text) {
  throw InternalError(format("internal error at {}:{}: {} ({})", file, line, text, condition));
}

}  // namespace lazuli
