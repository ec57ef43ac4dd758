#include "lazuli/optim/reduce_lr_on_plateau.h"

#include <algorithm>
#include <limits>

#include "lazuli/base/check.h"
#include "lazuli/optim/numbers.h"

namespace lazuli::optim {

ReduceLROnPlateau::ReduceLROnPlateau(Optimizer& optimizer, ReduceLROnPlateauOptions options)
    : optimizer_(optimizer), options_(options) {
  LZ_CHECK(options.factor() >= 0 && options.factor() < 1, ValueError,
           "ReduceLROnPlateau: need a factor from 0 to below 1; got {}", options.factor());
  LZ_CHECK(options.patience() >= 0 && options.threshold() >= 0 && options.cooldown() >= 0 &&
               options.min_lr() >= 0,
           ValueError,
           "ReduceLROnPlateau: need options of 0 or more; got patience {}, threshold {}, cooldown "
           "{}, min_lr {}",
           options.patience(), options.threshold(), options.cooldown(), options.min_lr());
  const double infinity = std::numeric_limits<double>::infinity();
  best_ = options.mode() == ReduceLROnPlateauOptions::Mode::kMin ? infinity : -infinity;
}

bool ReduceLROnPlateau::is_better(double measure) const {
  return options_.mode() == ReduceLROnPlateauOptions::Mode::kMin
             ? measure < best_ * (1 - options_.threshold())
             : measure > best_ * (1 + options_.threshold());
}

void ReduceLROnPlateau::step(double measure) {
  if (is_better(measure)) {
    best_ = measure;
    bad_steps_ = 0;
  } else {
    ++bad_steps_;
  }
  if (cooldown_left_ > 0) {
    --cooldown_left_;
    bad_steps_ = 0;
  }
  if (bad_steps_ <= options_.patience()) return;
  for (size_t group = 0; group < optimizer_.group_count(); ++group) {
    optimizer_.set_lr(group, std::max(optimizer_.lr(group) * options_.factor(), options_.min_lr()));
  }
  cooldown_left_ = options_.cooldown();
  bad_steps_ = 0;
}

NamedTensors ReduceLROnPlateau::state_dict() const {
  return {{"best", number_to_tensor(best_)},
          {"bad_steps", count_to_tensor(bad_steps_)},
          {"cooldown_left", count_to_tensor(cooldown_left_)}};
}

void ReduceLROnPlateau::load_state_dict(const NamedTensors& state, At at) {
  const NamedTensors own = state_dict();
  copy_named("load_state_dict", own, state, true, at);
  best_ = number_of(find(own, "best"));
  bad_steps_ = count_of(find(own, "bad_steps"));
  cooldown_left_ = count_of(find(own, "cooldown_left"));
}

}  // namespace lazuli::optim
