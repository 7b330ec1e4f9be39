/** What a gate compares with: rewards by seed, and all that they depend on. A file beside the gate's own, written by `--update` alone. */
import { z } from "zod";

const FORMAT = "cybertwin-gate-baseline";
const VERSION = 1;

const REWARDS = z.array(z.number()).min(2);
const BASELINE = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  /** What is measured. A baseline of another subject says nothing. */
  subject: z.strictObject({
    /** A task's id or a scenario's name. */
    name: z.string(),
    /** Of the scenario's text, or of the task's spaces. */
    sha256: z.string(),
    /** The controller's key in a scenario. */
    agent: z.string().optional(),
    /** As the gate says it; of a stored policy, its digest. */
    heuristic: z.record(z.string(), z.unknown()),
    metric: z.string(),
    seeds: z.array(z.int().min(0)),
  }),
  /** Of the physics and the data. */
  worldVersion: z.string(),
  /** Of the policy's numbers and of what it says of itself. */
  policySha256: z.string(),
  /** An entry a seed. */
  rewards: z.strictObject({ policy: REWARDS, heuristic: REWARDS }),
});
export type Baseline = Omit<z.infer<typeof BASELINE>, "format" | "version">;
export type Subject = Baseline["subject"];
export type Rewards = Baseline["rewards"];

/** A file that is no baseline; the message goes on after its name. */
export class BaselineError extends Error {}

/** @throws {BaselineError} */
export function readBaseline(text: string): Baseline {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new BaselineError("is not JSON");
  }
  const parsed = BASELINE.safeParse(document);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new BaselineError(`is no baseline of this version: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { format: _, version: __, ...baseline } = parsed.data;
  const { rewards, subject } = baseline;
  for (const who of ["policy", "heuristic"] as const) {
    if (rewards[who].length === subject.seeds.length) continue;
    throw new BaselineError(`is damaged: it has ${subject.seeds.length} seeds and ${rewards[who].length} rewards of the ${who}`);
  }
  return baseline;
}

/** A line a number, so that a diff shows which seeds changed. */
export function baselineText(baseline: Baseline): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, ...baseline }, null, 1)}\n`;
}

/** What is measured otherwise than in `baseline`, in words; nothing where they can be compared. */
export function subjectDifferences(baseline: Subject, now: Subject): readonly string[] {
  const { name, agent } = baseline;
  const differences: string[] = [];
  if (name !== now.name || agent !== now.agent) differences.push(`it is of ${titleOf(baseline)}, this gate of ${titleOf(now)}`);
  else if (baseline.sha256 !== now.sha256) differences.push(`${name} is not what it was then`);
  if (JSON.stringify(baseline.heuristic) !== JSON.stringify(now.heuristic))
    differences.push(`its heuristic is ${JSON.stringify(baseline.heuristic)}, here ${JSON.stringify(now.heuristic)}`);
  if (baseline.metric !== now.metric) differences.push(`its metric is ${baseline.metric}, here ${now.metric}`);
  if (JSON.stringify(baseline.seeds) !== JSON.stringify(now.seeds)) differences.push("it has other seeds");
  return differences;
}

const titleOf = ({ name, agent }: Subject): string => (agent === undefined ? name : `${name}, controllers.${agent}`);
