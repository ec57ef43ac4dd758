#include "lazuli/io/npy.h"

#include "lazuli/functions/check.h"
#include "lazuli/io/bytes.h"
#include "lazuli/io/file.h"
#include "lazuli/io/npy_header.h"

namespace lazuli::io {

Tensor load_npy(const std::filesystem::path& path, At at) {
  const Request request{"load_npy", path, at};
  const std::shared_ptr<MappedFile> file = MappedFile::open(request);
  return parse_npy(request.text(), file->bytes(), file, at);
}

void save_npy(const std::filesystem::path& path, const Tensor& tensor, At at) {
  const Request request{"save_npy", path, at};
  LZ_CHECK_AT(tensor.defined(), ValueError, at, "{}: tensor is undefined", request.text());
  const std::string header = npy_header(request.text(), tensor.dtype(), tensor.sizes(), at);
  const Elements elements(tensor, at);
  FileWriter file(request);
  file.write(std::as_bytes(std::span(header)));
  file.write(elements.bytes());
  file.commit();
}

}  // namespace lazuli::io
