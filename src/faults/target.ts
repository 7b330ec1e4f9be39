/** Which servers a fault strikes, and which of them it strikes together. */
import type { Rng } from "../kernel/index.ts";
import type { FaultTarget } from "../world/ports.ts";

export interface TargetSpec {
  readonly site?: string | undefined;
  readonly row?: string | undefined;
  readonly rack?: string | undefined;
  readonly server?: string | undefined;
  /** So many of them, drawn at random once. */
  readonly count?: number | undefined;
  /** Above 0; of few servers at least one. */
  readonly fraction?: number | undefined;
  /** All at the same moments: a rack's or row's common power. */
  readonly together?: boolean | undefined;
}

/** Groups of servers that fail as one, in order of id. */
export function faultGroups(spec: TargetSpec, servers: readonly FaultTarget[], rng: Rng): readonly (readonly FaultTarget[])[] {
  const candidates = servers.filter(
    (server) =>
      (spec.site === undefined || server.site === spec.site) &&
      (spec.row === undefined || server.row === spec.row) &&
      (spec.rack === undefined || server.rack === spec.rack) &&
      (spec.server === undefined || server.name === spec.server),
  );
  const wanted =
    spec.count ?? (spec.fraction === undefined ? candidates.length : Math.max(1, Math.round(spec.fraction * candidates.length)));
  const chosen = draw(candidates, Math.min(wanted, candidates.length), rng);
  return spec.together ? [chosen] : chosen.map((server) => [server]);
}

/** `count` of the candidates, each set equally likely, in their own order. */
function draw(candidates: readonly FaultTarget[], count: number, rng: Rng): readonly FaultTarget[] {
  const chosen: FaultTarget[] = [];
  for (let i = 0; i < candidates.length; i++) {
    const left = candidates.length - i;
    if (rng.uniform() * left < count - chosen.length) chosen.push(candidates[i] as FaultTarget);
  }
  return chosen;
}
