#include "lazuli/io/npz.h"

#include <zlib.h>

#include <string>
#include <vector>

#include "lazuli/functions/creation.h"
#include "lazuli/functions/functions.gen.h"
#include "lazuli/io/npy.h"
#include "lazuli/io/test_files.h"

namespace lazuli::io {
namespace {

// A zip file of stored entries, written from the format's description.
std::string zip_of(const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string files;
  std::string directory;
  for (const auto& [name, data] : entries) {
    const auto* bytes = reinterpret_cast<const Bytef*>(data.data());
    const uint64_t crc = crc32(0, bytes, static_cast<uInt>(data.size()));
    // Version 2.0, no flags, stored, midnight of 1 January 1980, checksum, sizes, name.
    const std::string common = little(20, 2) + little(0, 4) + little(0, 2) + little(0x21, 2) +
                               little(crc, 4) + little(data.size(), 4) + little(data.size(), 4) +
                               little(name.size(), 2) + little(0, 2);
    directory +=
        "PK\x01\x02" + little(20, 2) + common + little(0, 10) + little(files.size(), 4) + name;
    files += "PK\x03\x04" + common + name + data;
  }
  return files + directory + "PK\x05\x06" + little(0, 4) + little(entries.size(), 2) +
         little(entries.size(), 2) + little(directory.size(), 4) + little(files.size(), 4) +
         little(0, 2);
}

class NpzFile : public TestFiles {
 protected:
  // The bytes of a .npy file.
  std::string npy(const Tensor& tensor) {
    save_npy(path("part.npy"), tensor);
    const std::string bytes = read("part.npy");
    std::filesystem::remove(path("part.npy"));
    return bytes;
  }
  void expect_refused(const std::string& bytes, const std::string& text) {
    const auto file = write("x.npz", bytes);
    expect_error("x.npz", text, [&] { load_npz(file); });
  }
};

TEST_F(NpzFile, IsReadAsDescribed) {
  const auto file = write("x.npz", zip_of({{"b.npy", npy(arange(3))}, {"a.npy", npy(ones({2}))}}));
  const NamedTensors loaded = load_npz(file);
  ASSERT_EQ(loaded.size(), 2u);
  EXPECT_EQ(loaded[0].first, "b");
  EXPECT_EQ(loaded[0].second.to_vector<int64_t>(), (std::vector<int64_t>{0, 1, 2}));
  EXPECT_EQ(find(loaded, "a").to_vector<float>(), (std::vector<float>{1, 1}));
}

TEST_F(NpzFile, GivesBackWhatWasSaved) {
  const Tensor matrix = randn({30, 50});
  const NamedTensors tensors = {{"matrix", matrix},
                                {"turned", matrix.t()},
                                {"zeros", zeros({100, 100})},
                                {"none", ones({0})}};
  size_t sizes[2];
  for (const bool is_compressed : {false, true}) {
    save_npz(path("x.npz"), tensors, is_compressed);
    EXPECT_EQ(count_files(), 1u);
    const std::string bytes = read("x.npz");
    sizes[is_compressed] = bytes.size();
    const NamedTensors loaded = load_npz(path("x.npz"));
    ASSERT_EQ(loaded.size(), tensors.size());
    for (size_t i = 0; i < loaded.size(); ++i) {
      EXPECT_EQ(loaded[i].first, tensors[i].first);
      EXPECT_EQ(loaded[i].second.to_string(), tensors[i].second.to_string());
    }
    save_npz(path("x.npz"), tensors, is_compressed);
    EXPECT_EQ(read("x.npz"), bytes);
  }
  EXPECT_LT(sizes[1] + 35000, sizes[0]);  // the zeros
}

TEST_F(NpzFile, IsRefusedWhereItIsDamaged) {
  const std::string good = zip_of({{"w.npy", npy(arange(100))}});
  expect_error("gone.npz", "need a zip file; got No such file",
               [&] { load_npz(path("gone.npz")); });
  expect_refused("not a zip file", "need a zip file; got");
  expect_refused(good.substr(0, good.size() / 2), "need a zip file; got");
  std::string flipped = good;
  flipped[300] = static_cast<char>(flipped[300] ^ 1);
  expect_refused(flipped, "w: need a whole entry; got CRC error");
  expect_refused(zip_of({{"w.txt", "text"}}), "need entries that end in .npy; got w.txt");
  expect_refused(zip_of({{"w.npy", "text"}}), "w: need a .npy file; got other bytes");
  expect_refused(zip_of({{"w.npy", npy(ones({1}))}, {"w.npy", npy(ones({2}))}}), "x.npz: ");
}

TEST_F(NpzFile, IsNotWrittenFromBadArguments) {
  const Tensor w = ones({1});
  expect_error("x.npz", "need different names that are not empty; got 'w'", [&] {
    save_npz(path("x.npz"), {{"w", w}, {"w", w}});
  });
  expect_error("x.npz", "tensor 'w' is undefined", [&] {
    save_npz(path("x.npz"), {{"w", Tensor()}});
  });
  expect_error("x.npz", "need at least one tensor", [&] { save_npz(path("x.npz"), {}); });
  expect_error<DeviceError>("none/x.npz", "could not write the file", [&] {
    save_npz(path("none/x.npz"), {{"w", w}});
  });
  EXPECT_EQ(count_files(), 0u);
}

}  // namespace
}  // namespace lazuli::io
