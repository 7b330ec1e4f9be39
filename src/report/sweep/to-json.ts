/** `sweep.json`, and `--format json`: every point with the summary of every metric. Same sweep, same bytes. */
import type { Comparison } from "../../experiment/sweep/compare.ts";
import type { PointOutput, SweepOutput } from "../../experiment/sweep/output.ts";
import { StoredResultError } from "../series-json.ts";
import { storedJson } from "../stored-json.ts";
import { refuseBadNumbers } from "../to-json.ts";
import { refusalLines } from "./refusals.ts";

/** Raised when the shape of the file changes. */
const FORMAT = 2;

/** Points count from 1, metrics are sorted. @throws {Error} for numbers that JSON cannot carry. */
export function sweepToJson(output: SweepOutput): string {
  const document = {
    format: FORMAT,
    cybertwin: output.version,
    scenario: { name: output.name },
    sha256: output.sha256,
    vary: { kind: output.kind, paths: output.paths },
    seeds: output.seeds,
    points: output.points.map((point, i) => ({ point: i + 1, ...point, summary: sorted(point.summary) })),
    ...(output.compare && { compare: comparisonJson(output, output.compare) }),
  };
  refuseBadNumbers(document, "");
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** The words stand beside the numbers that they are made of. */
function comparisonJson(output: SweepOutput, compare: Compared) {
  return { ...compare, groups: compare.groups.map((group) => ({ ...shifted(group, 1), said: refusalLines(output, group) })) };
}

type Compared = NonNullable<SweepOutput["compare"]>;

interface Document {
  readonly format: number;
  readonly cybertwin: string;
  readonly scenario: { readonly name: string };
  readonly sha256: string;
  readonly vary: Pick<SweepOutput, "kind" | "paths">;
  readonly seeds: readonly number[];
  readonly points: readonly (PointOutput & { readonly point: number })[];
  readonly compare?: Omit<Compared, "groups"> & { readonly groups: readonly (Comparison & { readonly said: readonly string[] })[] };
}

/** @throws {StoredResultError} if the text is not what `sweepToJson` writes. */
export function sweepFromJson(text: string): SweepOutput {
  const { format, cybertwin, scenario, vary, points, compare, ...rest } = storedJson(text, "sweep.json") as Document;
  if (format !== FORMAT) throw new StoredResultError(`sweep.json has format ${format}, this version reads ${FORMAT}`);
  return {
    version: cybertwin,
    name: scenario.name,
    ...vary,
    ...rest,
    points: points.map(({ point, ...more }) => more),
    ...(compare && { compare: { ...compare, groups: compare.groups.map(({ said, ...group }) => shifted(group, -1)) } }),
  };
}

function shifted({ baseline, points, order, untold, unranked, ...rest }: Comparison, by: number): Comparison {
  return {
    ...rest,
    baseline: baseline + by,
    points: points.map((one) => ({ ...one, point: one.point + by })),
    order: order.map((tied) => tied.map((point) => point + by)),
    untold: untold.map((pair) => ({ ...pair, first: pair.first + by, second: pair.second + by })),
    unranked: unranked.map((one) => ({ ...one, point: one.point + by })),
  };
}

function sorted<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(
    Object.keys(record)
      .sort()
      .map((name) => [name, record[name] as T]),
  );
}
