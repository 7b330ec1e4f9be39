/** Which servers or GPUs a fault strikes, and which of them it strikes together. */
import type { Rng } from "../kernel/index.ts";
import type { FaultTarget } from "../world/ports.ts";

type Place = Omit<FaultTarget<never>, "id">;

export interface TargetSpec {
  readonly site?: string | undefined;
  readonly row?: string | undefined;
  readonly rack?: string | undefined;
  readonly server?: string | undefined;
  /** Of faults of GPUs, of which the others name those in their servers. */
  readonly gpu?: string | undefined;
  /** So many of them, drawn at random once. */
  readonly count?: number | undefined;
  /** Above 0; of few servers at least one. */
  readonly fraction?: number | undefined;
  /** All at the same moments: a rack's or row's common power. */
  readonly together?: boolean | undefined;
}

/** Groups that fail as one, in order of id. */
export function faultGroups<Target extends Place>(spec: TargetSpec, all: readonly Target[], rng: Rng): readonly (readonly Target[])[] {
  const candidates = all.filter(
    ({ name, server, rack, row, site }) =>
      (spec.site === undefined || site === spec.site) &&
      (spec.row === undefined || row === spec.row) &&
      (spec.rack === undefined || rack === spec.rack) &&
      (spec.server === undefined || server === spec.server) &&
      (spec.gpu === undefined || name === spec.gpu),
  );
  const wanted =
    spec.count ?? (spec.fraction === undefined ? candidates.length : Math.max(1, Math.round(spec.fraction * candidates.length)));
  const chosen = draw(candidates, Math.min(wanted, candidates.length), rng);
  return spec.together ? [chosen] : chosen.map((target) => [target]);
}

/** `count` of the candidates, each set equally likely, in their own order. */
function draw<Target>(candidates: readonly Target[], count: number, rng: Rng): readonly Target[] {
  const chosen: Target[] = [];
  for (let i = 0; i < candidates.length; i++) {
    const left = candidates.length - i;
    if (rng.uniform() * left < count - chosen.length) chosen.push(candidates[i] as Target);
  }
  return chosen;
}
