// How products are cut into pieces: for each product of the batch a grid over the rows and columns
// of the result, which depends on shapes alone. The sum over k is never cut.
#pragma once

#include <algorithm>
#include <cstdint>

#include "lazuli/backend/backend.h"
#include "lazuli/runtime/thread_team.h"

namespace lazuli::cpu {

struct Pieces {
  int64_t rows = 1;  // of one piece; the last ones may have fewer
  int64_t columns = 1;
  int64_t row_pieces = 1;
  int64_t column_pieces = 1;
  int64_t count() const { return row_pieces * column_pieces; }
};

// A piece of one product: where its operands and its result begin, in elements, and what it covers.
struct Piece {
  int64_t a, b, result;  // of the whole product
  int64_t row, column;
  int64_t rows, columns;
};

inline double work_of(const backend::MatrixProduct& product) {
  return static_cast<double>(product.m) * static_cast<double>(product.n) *
         static_cast<double>(product.k);
}

// At least `multiply_adds` of work in a piece where there is more than one, and more of it in
// larger products, because each piece packs its operands anew. A batch needs fewer a product.
inline Pieces cut(const backend::MatrixProduct& product, double multiply_adds) {
  constexpr int64_t kEdge = 16;  // columns and rows of a piece are multiples of it
  constexpr int64_t kMost = 64;
  const int64_t most = kMost / std::max<int64_t>(product.batch.product(), 1);
  const double work = work_of(product);
  int64_t wanted = 1;
  for (double least = 2 * multiply_adds; work >= least && wanted < most; least *= 16) wanted *= 2;
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

// Calls run(piece) for every piece on the thread team, each task within a `Scope`; small products
// of a batch go several to a task.
template <typename Scope, typename Run>
void for_each_piece(const backend::MatrixProduct& product, double multiply_adds, const Run& run) {
  const Pieces pieces = cut(product, multiply_adds);
  const int64_t total = product.batch.product() * pieces.count();
  const double fit = multiply_adds / std::max(work_of(product), 1.0);
  const int64_t in_task =
      pieces.count() > 1 ? 1 : std::clamp<int64_t>(static_cast<int64_t>(fit), 1, total);
  runtime::parallel_for((total + in_task - 1) / in_task, [&](int64_t task) {
    [[maybe_unused]] const Scope scope;
    const int64_t end = std::min((task + 1) * in_task, total);
    for (int64_t place = task * in_task; place < end; ++place) {
      const int64_t item = place / pieces.count();
      const int64_t cell = place % pieces.count();
      Piece piece{0,
                  0,
                  item * product.m * product.result_leading,
                  cell / pieces.column_pieces * pieces.rows,
                  cell % pieces.column_pieces * pieces.columns,
                  0,
                  0};
      piece.rows = std::min(pieces.rows, product.m - piece.row);
      piece.columns = std::min(pieces.columns, product.n - piece.column);
      int64_t rest = item;
      for (int dim = product.batch.rank() - 1; dim >= 0; --dim) {
        const int64_t index = rest % product.batch[dim];
        rest /= product.batch[dim];
        piece.a += index * product.a_batch[dim];
        piece.b += index * product.b_batch[dim];
      }
      run(piece);
    }
  });
}

}  // namespace lazuli::cpu
