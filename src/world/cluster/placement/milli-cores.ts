/**
 * Cores in whole thousandths, as Kubernetes counts them: three thirds of a core then fit into one, and sums do not drift.
 * @param cores any finite number
 */
export function milliCores(cores: number): number {
  return Math.round(cores * 1000);
}
