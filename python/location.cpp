#include "python/location.h"

#include <nanobind/nanobind.h>

#include <cstdint>
#include <string>
#include <unordered_set>

namespace lazuli::python {
namespace {

// A place in the program: an instruction of a code object. Entries keep their code object, so that
// no other can take its address; a later place with the same index takes an entry over.
struct Entry {
  PyCodeObject* code = nullptr;
  int instruction = -1;
  SourceLocation at;
};
constexpr size_t kEntries = 1024;
Entry entries[kEntries];  // under Python's lock

// Locations outlive the program's modules, so file names are kept for good.
const char* kept(PyObject* file) {
  static auto* const names = new std::unordered_set<std::string>;
  const char* text = PyUnicode_AsUTF8(file);
  if (!text) {
    PyErr_Clear();
    text = "unknown file";
  }
  return names->emplace(text).first->c_str();
}

}  // namespace

SourceLocation here() {
  PyFrameObject* frame = PyThreadState_GetFrame(PyThreadState_Get());
  if (!frame) return {};
  PyCodeObject* code = PyFrame_GetCode(frame);
  const int instruction = PyFrame_GetLasti(frame);
  Py_DECREF(frame);
  const size_t mixed = reinterpret_cast<uintptr_t>(code) / 64 + static_cast<size_t>(instruction);
  Entry& entry = entries[mixed % kEntries];
  if (entry.code != code || entry.instruction != instruction) {
    const int line = PyCode_Addr2Line(code, instruction);
    entry.at.file = kept(code->co_filename);
    entry.at.line = line > 0 ? static_cast<uint32_t>(line) : 0;
    entry.instruction = instruction;
    PyCodeObject* before = entry.code;
    entry.code = code;
    Py_INCREF(code);
    Py_XDECREF(before);
  }
  const SourceLocation at = entry.at;
  Py_DECREF(code);
  return at;
}

}  // namespace lazuli::python
