import { z } from "zod";
import { quantity } from "../world/base/quantity.ts";
import type { QueuedRequestView } from "../world/cluster/ports.ts";
import type { ControllerPlugin } from "./plugin.ts";

const schema = z.strictObject({
  kind: z.literal("mlfq"),
  levels: z.int().min(2).max(32).default(4),
  /** Service that a request gets at the first level before it sinks to the next, alone at the greatest clock. */
  quantum: quantity("duration", { above: 0, example: "1 s" }).default(1),
  /** Of the quantum of a level to that of the one above. */
  ratio: z.number().min(1).default(2),
  /** Join at the first level whose quantum holds the prompt. */
  skipJoin: z.boolean().default(false),
  /** Who has waited longer since it last ran goes to the first level. */
  starvation: quantity("duration", { above: 0, example: "30 s" }).optional(),
});

/** @see Wu et al., "Fast Distributed Inference Serving for Large Language Models" (FastServe), 2023, section 4.1. */
export const mlfq: ControllerPlugin<"queue", z.infer<typeof schema>> = {
  kind: "mlfq",
  doc: "Queue rule: levels of feedback. A request sinks a level with each quantum of service that it had, and the first level goes first.",
  decides: "queue",
  target: "model-serving",
  oracles: [],
  needsOracle: false,
  schema,
  create: ({ levels, quantum, ratio, skipJoin, starvation }) => {
    const quantaS = [quantum];
    while (quantaS.length < levels) quantaS.push((quantaS.at(-1) as number) * ratio);
    const last = levels - 1;
    const joinLevel = ({ isPromoted, firstTokenS }: QueuedRequestView): number => {
      let level = 0;
      if (skipJoin && !isPromoted) while (level < last && (quantaS[level] as number) < firstTokenS) level++;
      return level;
    };
    return {
      kind: "queue",
      key: (request) => {
        let level = joinLevel(request);
        for (let leftS = request.attainedS; level < last && leftS >= (quantaS[level] as number); level++) leftS -= quantaS[level] as number;
        return level;
      },
      preempts: true,
      demotes: true,
      ...(starvation === undefined ? {} : { promotesAfterS: starvation }),
    };
  },
};
