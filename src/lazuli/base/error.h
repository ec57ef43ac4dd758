// The kinds of failure that Lazuli reports. A caller's mistake is a ValueError, TypeError or
// IndexError thrown at the call; a device's trouble is a DeviceError thrown to whoever reads the
// value; our own mistake is an InternalError. Nothing in the library prints or aborts by itself.
#pragma once

#include <stdexcept>
#include <string>

namespace lazuli {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// An argument has a value or a shape that the operation cannot take.
class ValueError : public Error {
 public:
  using Error::Error;
};

// An argument has a dtype that the operation cannot take.
class TypeError : public Error {
 public:
  using Error::Error;
};

// A dimension or an index is outside its range.
class IndexError : public Error {
 public:
  using Error::Error;
};

// The device could not finish an operation (an index out of range, memory exhausted).
class DeviceError : public Error {
 public:
  using Error::Error;
};

// There is no memory for a value.
class OutOfMemoryError : public DeviceError {
 public:
  using DeviceError::DeviceError;
};

// A contract between two parts of Lazuli is broken.
class InternalError : public Error {
 public:
  using Error::Error;
};

}  // namespace lazuli
