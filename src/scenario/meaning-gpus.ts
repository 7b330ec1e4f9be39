/** Whether GPUs can be as their groups say: kinds, clocks, caps on watts. */
import { type GpuKindSpec, gpuClocksHz, gpuProblem, gpuWattsAt } from "../world/serving/gpu-kind.ts";
import { ACTIVITIES } from "../world/serving/gpu-power.ts";
import type { Findings } from "./findings.ts";
import type { GpuGroupSpec, ScenarioSpec } from "./spec.ts";
import type { Path } from "./tree.ts";

export function checkGpus({ kind: name, clock, powerCap }: GpuGroupSpec, path: Path, spec: ScenarioSpec, findings: Findings): void {
  const kind = spec.gpuKinds[name];
  if (kind === undefined) throw new Error(`GPU kind ${name} was not loaded`);
  const trouble = gpuProblem(kind);
  if (trouble !== undefined) {
    findings.problem([...path, "kind"], `names a kind that cannot be: ${trouble}`);
    return;
  }
  if (clock !== undefined) checkGpuClock(clock, { name, kind }, [...path, "clock"], findings);
  if (powerCap !== undefined) checkPowerCap(powerCap, { name, kind }, [...path, "powerCap"], findings);
}

interface NamedKind {
  readonly name: string;
  readonly kind: GpuKindSpec;
}

export function checkGpuClock(clockHz: number, { name, kind }: NamedKind, path: Path, findings: Findings): void {
  const clocksHz = gpuClocksHz(kind);
  if (clocksHz.includes(clockHz)) return;
  const isBare = clockHz < 1e6; // a plain number that was meant in MHz
  const wantedHz = isBare ? clockHz * 1e6 : clockHz;
  const near = clocksHz.reduce((best, each) => (Math.abs(each - wantedHz) < Math.abs(best - wantedHz) ? each : best));
  const got = isBare ? `${clockHz} Hz` : `${clockHz / 1e6} MHz`;
  const message = `must be a clock of ${JSON.stringify(name)}, got ${got}, and it has ${clocksHz.length} from ${(clocksHz[0] as number) / 1e6} to ${(clocksHz.at(-1) as number) / 1e6} MHz`;
  findings.problem(path, message, `Hint: "${near / 1e6} MHz".`);
}

/** The least clock must be within the cap, whatever runs; and what the board itself holds it to is no cap. */
function checkPowerCap(powerCapW: number, { name, kind }: NamedKind, path: Path, findings: Findings): void {
  const leastHz = gpuClocksHz(kind)[0] as number;
  const draws = ACTIVITIES.map((activity) => ({ activity, watts: gpuWattsAt(kind, leastHz, activity) }));
  const most = draws.reduce((a, b) => (b.watts > a.watts ? b : a));
  const leastW = Math.ceil(most.watts * 10) / 10;
  if (powerCapW < most.watts) {
    const draw = `${JSON.stringify(name)} draws ${Number(most.watts.toPrecision(4))} W at its least clock, ${leastHz / 1e6} MHz, for ${most.activity}`;
    findings.problem(path, `must be at least ${leastW} W, got ${powerCapW} W: ${draw}`, `Hint: "${leastW} W".`);
  } else if (powerCapW > kind.powerCap) {
    const message = `must be at most the ${kind.powerCap} W of ${JSON.stringify(name)}, got ${powerCapW} W`;
    findings.problem(path, message, `Hint: "${kind.powerCap} W".`);
  }
}
