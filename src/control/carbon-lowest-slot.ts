import { z } from "zod";
import { quantity } from "../world/base/quantity.ts";
import type { DelayRule } from "../world/cluster/ports.ts";
import type { ControllerPlugin } from "./plugin.ts";

const HOUR_S = 3600;
const schema = z.strictObject({
  kind: z.literal("carbon-lowest-slot"),
  lookahead: quantity("duration", { above: 0, example: "24 h" }).default(24 * HOUR_S),
});

/** @see Wiesner et al., "Let's Wait Awhile", Middleware 2021: deferral to the lowest forecast within the slack. */
export const carbonLowestSlot: ControllerPlugin<"delay", z.infer<typeof schema>> = {
  kind: "carbon-lowest-slot",
  doc: "Delay rule: start at arrival or on the full hour of lowest forecast carbon within min(lookahead, slack).",
  decides: "delay",
  target: "batch",
  oracles: ["carbon"],
  needsOracle: false,
  schema,
  create: ({ lookahead }) => lowestSlot(lookahead),
};

/** Hours count from `start`; the last candidate may lie on the window's end; the earliest of equals wins. */
function lowestSlot(lookaheadS: number): DelayRule {
  return {
    kind: "delay",
    startS: (job, nowS, carbon) => {
      const endS = nowS + Math.min(lookaheadS, job.slackS);
      let bestS = nowS;
      let lowest = carbon.predict(nowS, nowS);
      for (let hour = Math.floor(nowS / HOUR_S) + 1; hour * HOUR_S <= endS; hour++) {
        const predicted = carbon.predict(nowS, hour * HOUR_S);
        if (predicted < lowest) {
          lowest = predicted;
          bestS = hour * HOUR_S;
        }
      }
      return bestS;
    },
  };
}
