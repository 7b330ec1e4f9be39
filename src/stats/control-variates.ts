/**
 * A mean made sharper by quantities whose true mean is known: a run whose customers came too fast had too long a queue, and
 * regression over the replications says how much to take off.
 * @see Lavenberg & Welch, A perspective on the use of control variables, Management Science 27(3), 1981.
 */
import { Sum } from "../kernel/index.ts";
import { cholesky, solveCholesky } from "./cholesky.ts";
import { type Interval, mean, tQuantile, variance } from "./interval.ts";

export interface Control {
  /** One a replication, such as the mean interarrival time that occurred. */
  readonly values: ArrayLike<number>;
  readonly knownMean: number;
}

export interface ControlledInterval extends Interval {
  /** What each control's deviation counts for. */
  readonly slopes: Float64Array;
  /** Residual over plain variance, both without bias: 0.2 is worth five times the runs. Above 1 the controls are useless. */
  readonly varianceRatio: number;
}

/**
 * t interval for the mean of `values` at known controls, with one degree of freedom lost for each control. Exact where values
 * and controls are jointly normal, as means of long runs nearly are. `level` in (0, 1).
 * @throws {RangeError} for columns of different lengths, fewer than q + 2 replications with q controls, or controls that
 * depend on each other.
 */
export function controlledInterval(values: ArrayLike<number>, controls: readonly Control[], level: number): ControlledInterval {
  const [n, q] = [values.length, controls.length];
  if (n < q + 2) throw new RangeError(`${q} controls need at least ${q + 2} replications, got ${n}`);
  for (const { values: column } of controls) if (column.length !== n) throw new RangeError(`${column.length} controls for ${n} values`);
  const response = centered(values);
  const columns = controls.map((control) => centered(control.values));
  const products = Float64Array.from({ length: q * q }, (_, i) =>
    dot(columns[Math.floor(i / q)] as Float64Array, columns[i % q] as Float64Array),
  );
  const factor = cholesky(products, q);
  const slopes = solveCholesky(
    factor,
    columns.map((column) => dot(column, response)),
  );
  const deviations = controls.map((control) => mean(control.values) - control.knownMean);
  const center = mean(values) - dot(slopes, deviations);
  const residuals = response.map(
    (value, i) =>
      value -
      dot(
        slopes,
        columns.map((column) => column[i] as number),
      ),
  );
  const degrees = n - q - 1;
  const residualVariance = dot(residuals, residuals) / degrees;
  // How far the known means lie from where the runs are: the regression is surest in their middle.
  const leverage = 1 / n + dot(deviations, solveCholesky(factor, deviations));
  const halfWidth = tQuantile((1 + level) / 2, degrees) * Math.sqrt(residualVariance * leverage);
  return { mean: center, low: center - halfWidth, high: center + halfWidth, n, slopes, varianceRatio: residualVariance / variance(values) };
}

function centered(values: ArrayLike<number>): Float64Array {
  const center = mean(values);
  return Float64Array.from(values, (value) => value - center);
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const sum = new Sum();
  for (let i = 0; i < a.length; i++) sum.add((a[i] as number) * (b[i] as number));
  return sum.value;
}
