#include "torch/errors.h"

#include <c10/util/Exception.h>

#include <string>

namespace lazuli::torch {

void rethrow(const char* op) {
  const auto told = [op](const Error& error) { return std::string(op) + ": " + error.what(); };
  try {
    throw;
  } catch (const ValueError& error) {
    C10_THROW_ERROR(ValueError, told(error));
  } catch (const TypeError& error) {
    C10_THROW_ERROR(TypeError, told(error));
  } catch (const IndexError& error) {
    C10_THROW_ERROR(IndexError, told(error));
  } catch (const OutOfMemoryError& error) {
    C10_THROW_ERROR(OutOfMemoryError, told(error));
  } catch (const Error& error) {
    C10_THROW_ERROR(Error, told(error));
  }
}

}  // namespace lazuli::torch
