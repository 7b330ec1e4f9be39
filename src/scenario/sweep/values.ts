/** The values of a point as people see them. */

/** Plain values by path, in the order of the file. */
export type Values = Readonly<Record<string, unknown>>;

/** A value in a message, a table or a cell: text as it is, anything larger as JSON. */
export function showValue(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}

/** `workloads.web.replicas = 2, sites.west.pue = 1.1` */
export function showValues(values: Values): string {
  return Object.entries(values)
    .map(([path, value]) => `${path} = ${showValue(value)}`)
    .join(", ");
}
