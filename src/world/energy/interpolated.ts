/** `values` over ascending `points`: linear between them, exact on them, constant outside. No allocation. */
export function interpolated(points: Float64Array, values: Float64Array, point: number): number {
  const last = points.length - 1;
  if (point <= (points[0] as number)) return values[0] as number;
  if (point >= (points[last] as number)) return values[last] as number;
  let above = 1;
  while ((points[above] as number) < point) above++;
  const low = points[above - 1] as number;
  const share = (point - low) / ((points[above] as number) - low);
  return (1 - share) * (values[above - 1] as number) + share * (values[above] as number);
}
