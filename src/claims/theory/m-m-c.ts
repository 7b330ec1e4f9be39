import type { Case, Claim } from "../claim.ts";
import { MEAN_MARGIN, replicate } from "../replicate.ts";
import { runLength } from "../run-length.ts";
import { erlangC } from "./erlang.ts";
import { ofS, openControls, station } from "./station.ts";

const at = (cores: number, load: number): Omit<Case, "tier"> => {
  const busyAll = erlangC(cores, cores * load);
  const waitS = busyAll / (cores * (1 - load));
  // A queue stands only while all servers are busy, so the run must be longer by that share.
  const durationS = Math.ceil(runLength({ load }) / (cores * busyAll));
  const id = `c${cores}.${load}`;
  return {
    check: (lab) =>
      replicate(lab, {
        parameters: `c = ${cores}, load ${load}`,
        setting: station({ name: "m-m-c", cores, load, durationS }),
        controls: openControls({ load, cores }),
        rows: [
          { id: `${id}.wait_mean`, of: ofS("wait_mean_s"), unit: "s", expected: waitS, margin: MEAN_MARGIN },
          { id: `${id}.latency_mean`, of: ofS("latency_mean_s"), unit: "s", expected: 1 + waitS, margin: MEAN_MARGIN },
        ],
      }),
  };
};

export const mmc: Claim = {
  id: "m-m-c",
  title: "c servers, one queue",
  source: "Wq = C/(c mu - lambda) with Erlang's C; Kleinrock, Queueing Systems I, 1975, 3.5",
  cases: [
    { tier: "quick", ...at(8, 0.6) },
    { tier: "full", ...at(8, 0.8) },
    { tier: "full", ...at(8, 0.9) },
  ],
};
