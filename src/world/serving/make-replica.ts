/** A replica by its engine. */
import type { Simulation } from "../../kernel/index.ts";
import type { Device } from "./device.ts";
import type { Disaggregation, Engine } from "./engines.ts";
import type { GpuKindSpec } from "./gpu-kind.ts";
import { blocksBesideWeights, tokenLimit, watermarkOf } from "./kv-memory.ts";
import { gpuName, kvPerTokenB, type RooflineLatency, type StepLatency } from "./model-kind.ts";
import { BatchReplica } from "./replica.ts";
import type { Place, Replica, ReplicaListener } from "./replica-port.ts";
import { StepReplica } from "./step-replica.ts";
import type { StepRules } from "./step-rules.ts";
import { type StepModel, stepTimes } from "./step-time.ts";

/** @throws {Error} for an engine by steps and a model without a law of steps: refused before. */
export function makeReplica(simulation: Simulation, place: Place, engine: Engine, listener: ReplicaListener): Replica {
  if (engine.kind === "batches") return new BatchReplica(simulation, place, engine, listener);
  const { kind, kindName } = (place.devices[0] as Device).options;
  const parallel = place.devices.length;
  const model = place.model.kind;
  const law = model.latency[gpuName(kindName)];
  if (law === undefined || law.kind === "linear") throw new Error(`${kindName} has no law of steps`);
  const blocks = engine.kvBlocks ?? blocksBesideWeights(kind, model, parallel);
  // Who computes prompts for others keeps a place for the whole of each: nobody who writes could give way.
  const { disaggregation } = engine;
  const sends = disaggregation !== undefined && place.model.entry.replicas.length < disaggregation.prefill;
  const rules = {
    ...{
      engine: sends ? { ...engine, reserves: "prompt" as const } : engine,
      blocks,
      watermark: watermarkOf(engine, blocks),
      tokenLimit: tokenLimit(model, engine, blocks),
    },
    timeAt: timesOf(law, kind, { architecture: model.architecture, parallel }),
    ...(sends && { sendS: sendTimes(disaggregation, place) }),
  };
  return new StepReplica(simulation, place, rules, listener);
}

/** Of one GPU, or of several whose link may be slow. */
function timesOf(law: StepLatency | RooflineLatency, kind: GpuKindSpec, model: StepModel): StepRules["timeAt"] {
  const whole = stepTimes(law, kind, model);
  const slowed = new Map<number, typeof whole>();
  return (clockHz, linkLeft = 1) => {
    if (linkLeft === 1) return whole(clockHz);
    const times = slowed.get(linkLeft) ?? stepTimes(law, withLink(kind, linkLeft), model);
    slowed.set(linkLeft, times);
    return times(clockHz);
  };
}

function withLink(kind: GpuKindSpec, left: number): GpuKindSpec {
  const { roofline } = kind;
  const link = roofline?.link;
  if (roofline === undefined || link === undefined) return kind;
  return { ...kind, roofline: { ...roofline, link: { ...link, bandwidth: link.bandwidth * left } } };
}

/** Over a link of the engine's own, or, each GPU its share, over those of the GPUs, as much as faults have left of the slower end's. */
function sendTimes({ link }: Disaggregation, { model, devices }: Place): StepRules["sendS"] {
  const gpuLink = devices[0]?.options.kind.roofline?.link;
  const { bandwidth, latency } = link ?? gpuLink ?? {};
  const tokenB = kvPerTokenB(model.kind);
  if (bandwidth === undefined || latency === undefined || tokenB === undefined)
    throw new Error("nobody knows how long keys and values take");
  if (link !== undefined) return (tokens) => latency + (tokens * tokenB) / bandwidth;
  return (tokens, to) => {
    const left = Math.min(...[...devices, ...to].map(({ linkFactor }) => linkFactor));
    return latency + (tokens * tokenB) / (devices.length * bandwidth * left);
  };
}
