#include "lazuli/optim/reduce_lr_on_plateau.h"

#include <algorithm>
#include <limits>

#include "lazuli/base/check.h"
#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"

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
  return {{"best", full({}, best_, kFloat64)},
          {"bad_steps", scalar_tensor(bad_steps_)},
          {"cooldown_left", scalar_tensor(cooldown_left_)}};
}

void ReduceLROnPlateau::load_state_dict(const NamedTensors& state, At at) {
  const NamedTensors own = state_dict();
  copy_named("load_state_dict", own, state, true, at);
  best_ = find(own, "best").item<double>();
  bad_steps_ = find(own, "bad_steps").item<int64_t>();
  cooldown_left_ = find(own, "cooldown_left").item<int64_t>();
}

}  // namespace lazuli::optim
