// How a product is cut into pieces: a grid over the rows and columns of the result that depends on
// the shape alone. The sum over k is never cut.
#pragma once

#include <algorithm>
#include <cstdint>

#include "lazuli/backend/backend.h"

namespace lazuli::cpu {

struct Pieces {
  int64_t rows = 1;  // of one piece; the last ones may have fewer
  int64_t columns = 1;
  int64_t row_pieces = 1;
  int64_t column_pieces = 1;
  int64_t count() const { return row_pieces * column_pieces; }
};

// At least `multiply_adds` of work in a piece where there is more than one, and more of it in
// larger products, because each piece packs its operands anew.
inline Pieces cut(const backend::MatrixProduct& product, double multiply_adds) {
  constexpr int64_t kEdge = 16;  // columns and rows of a piece are multiples of it
  const double work = static_cast<double>(product.m) * static_cast<double>(product.n) *
                      static_cast<double>(product.k);
  int64_t wanted = 1;
  for (double least = 2 * multiply_adds; work >= least && wanted < 64; least *= 16) wanted *= 2;
  Pieces pieces{product.m, product.n, 1, 1};
  // Halves the longer side, so that pieces are nearly square.
  while (pieces.count() < wanted) {
    int64_t& length = pieces.rows > pieces.columns ? pieces.rows : pieces.columns;
    if (length < 2 * kEdge) break;
    length = ((length + 1) / 2 + kEdge - 1) / kEdge * kEdge;
    pieces.row_pieces = (product.m + pieces.rows - 1) / pieces.rows;
    pieces.column_pieces = (product.n + pieces.columns - 1) / pieces.columns;
  }
  return pieces;
}

}  // namespace lazuli::cpu
