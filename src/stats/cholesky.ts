/** Symmetric positive definite matrices, a row after the other in a flat array. @see Golub & Van Loan, Matrix Computations, 4th ed., 4.2. */

/** The lower triangle L with matrix = L L^T. @throws {RangeError} unless the matrix is positive definite. */
export function cholesky(matrix: ArrayLike<number>, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let rest = matrix[row * size + column] as number;
      for (let k = 0; k < column; k++) rest -= (factor[row * size + k] as number) * (factor[column * size + k] as number);
      if (row !== column) factor[row * size + column] = rest / (factor[column * size + column] as number);
      // What rounding leaves of a zero is no variance: the quantity depends on those before it.
      else if (rest > 1e-14 * (matrix[row * size + row] as number)) factor[row * size + row] = Math.sqrt(rest);
      else throw new RangeError(`row ${row} of the matrix depends on those before it`);
    }
  }
  return factor;
}

/** x with L x = b, for a lower triangle. */
export function solveLower(factor: Float64Array, b: ArrayLike<number>): Float64Array {
  const size = b.length;
  const x = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    let rest = b[row] as number;
    for (let k = 0; k < row; k++) rest -= (factor[row * size + k] as number) * (x[k] as number);
    x[row] = rest / (factor[row * size + row] as number);
  }
  return x;
}

/** x with L L^T x = b. */
export function solveCholesky(factor: Float64Array, b: ArrayLike<number>): Float64Array {
  const size = b.length;
  const x = solveLower(factor, b);
  for (let row = size - 1; row >= 0; row--) {
    let rest = x[row] as number;
    for (let k = row + 1; k < size; k++) rest -= (factor[k * size + row] as number) * (x[k] as number);
    x[row] = rest / (factor[row * size + row] as number);
  }
  return x;
}
