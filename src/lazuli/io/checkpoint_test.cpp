#include "lazuli/io/checkpoint.h"

#include <sys/resource.h>

#include <csignal>
#include <string>
#include <vector>

#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/io/npy.h"
#include "lazuli/io/npz.h"
#include "lazuli/io/safetensors.h"
#include "lazuli/io/test_files.h"

namespace lazuli::io {
namespace {

// No file of this process grows beyond `bytes` while one lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_;
  void (*handler_)(int);
};

class CheckpointFile : public TestFiles {};

TEST_F(CheckpointFile, GivesBackItsParts) {
  const NamedTensors model = {{"0.weight", randn({3, 2})}, {"0.bias", randn({3})}};
  const NamedTensors optimizer = {{"state.0.step", scalar_tensor(7)}};
  save(path("run"), {{"model", model}, {"optimizer", optimizer}});
  const Checkpoint saved = load(path("run"));
  ASSERT_EQ(saved.parts().size(), 2u);
  EXPECT_TRUE(saved.has_part("optimizer"));
  EXPECT_FALSE(saved.has_part("scheduler"));
  ASSERT_EQ(saved.part("model").size(), 2u);
  EXPECT_EQ(saved.part("model")[0].first, "0.weight");
  EXPECT_EQ(saved.part("model")[0].second.to_string(), model[0].second.to_string());
  EXPECT_EQ(find(saved.part("optimizer"), "state.0.step").item<int64_t>(), 7);
  expect_error("run", "there is no part 'scheduler'", [&] { saved.part("scheduler"); });
}

TEST_F(CheckpointFile, IsRefusedWithoutParts) {
  save_safetensors(path("x"), {{"w", ones({1})}});
  expect_error("x", "need names of the form 'part/name'; got 'w'", [&] { load(path("x")); });
  const NamedTensors part = {{"w", ones({1})}};
  expect_error("x", "need different names of parts", [&] {
    save(path("x"), {{"a", part}, {"a", part}});
  });
  expect_error("x", "got 'a/b'", [&] { save(path("x"), {{"a/b", part}}); });
  expect_error("x", "got ''", [&] { save(path("x"), {{"", part}}); });
}

TEST_F(CheckpointFile, StaysWholeWhenSavingFails) {
  const NamedTensors small = {{"w", ones({4})}};
  const NamedTensors large = {{"w", randn({1 << 16})}};
  save_safetensors(path("a"), small);
  save_npy(path("b"), small[0].second);
  save_npz(path("c"), small);
  const std::string before[] = {read("a"), read("b"), read("c")};
  {
    const FileSizeLimit limit(1 << 14);
    expect_error<DeviceError>("a", "could not write the file: File too large",
                              [&] { save_safetensors(path("a"), large); });
    expect_error<DeviceError>("b", "could not write the file: File too large",
                              [&] { save_npy(path("b"), large[0].second); });
    expect_error<DeviceError>("c", "could not write the file", [&] { save_npz(path("c"), large); });
  }
  EXPECT_EQ(read("a"), before[0]);
  EXPECT_EQ(read("b"), before[1]);
  EXPECT_EQ(read("c"), before[2]);
  EXPECT_EQ(count_files(), 3u);  // nothing is left behind
}

TEST_F(CheckpointFile, StaysWholeWhenAValueFails) {
  save_safetensors(path("a"), {{"w", ones({4})}});
  const std::string before = read("a");
  const Tensor bad = ones({3}).gather(0, full({1}, 5));
  EXPECT_THROW(save_safetensors(path("a"), {{"w", ones({4})}, {"bad", bad}}), DeviceError);
  EXPECT_EQ(read("a"), before);
  EXPECT_EQ(count_files(), 1u);
}

}  // namespace
}  // namespace lazuli::io
