/** Whether an engine that computes prompts on some replicas and writes on others has both, and a way between them, and carries the mean load. */
import type { Disaggregation, StepEngine } from "../world/serving/engines.ts";
import { nominalGpuClockHz } from "../world/serving/gpu-kind.ts";
import { gpuName, kvPerTokenB, type ModelKindSpec } from "../world/serving/model-kind.ts";
import type { Slot } from "../world/serving/placement/plan.ts";
import { makeStepTime, pairsOf, type StepTime } from "../world/serving/step-time.ts";
import type { Demand } from "./demand.ts";
import type { Findings } from "./findings.ts";
import type { Offer } from "./meaning-placement.ts";
import type { ServedModelSpec, ServingSpec } from "./spec.ts";
import type { Path } from "./tree.ts";

export interface PoolCheck {
  readonly serving: ServingSpec;
  readonly engine: StepEngine;
  readonly disaggregation: Disaggregation;
  readonly model: ServedModelSpec;
  readonly kind: ModelKindSpec;
  readonly demand: Demand;
  readonly offers: readonly Offer[];
}

/** @param path of the model */
export function checkPools(check: PoolCheck, path: Path, findings: Findings): void {
  const { disaggregation, model, kind } = check;
  const { prefill } = disaggregation;
  if (model.replicas <= prefill) {
    const count = `${prefill} of ${model.replicas} ${model.replicas === 1 ? "replica" : "replicas"}`;
    const fewer = model.replicas > 1 ? `, or prefill: ${model.replicas - 1}` : "";
    const message = `must be more than the engine's prefill: ${count} would compute prompts, and none write`;
    findings.problem([...path, "replicas"], message, `Hint: replicas: ${prefill + 1}${fewer}.`);
    return;
  }
  if (kvPerTokenB(kind) === undefined) {
    const message = "names a model without kvPerToken: nobody knows how many bytes engine disaggregated sends for a prompt";
    findings.problem([...path, "kind"], message, "Hint: kvPerToken in the model's file.");
    return;
  }
  checkPoolLoads(check, path, findings);
}

/** Neither replicas that compute prompts, nor their links, nor replicas that write may have more to do than they can, even in full steps. */
function checkPoolLoads({ serving, engine, disaggregation, model, kind, demand, offers }: PoolCheck, path: Path, findings: Findings): void {
  const { perS, tokens, isSaidByTrace, isTrace } = demand;
  if (isSaidByTrace || !Number.isFinite(perS) || Number.isNaN(tokens.output + tokens.prompt)) return;
  const say = (isTrace ? findings.warn : findings.problem).bind(findings);
  const at = [...path.slice(0, 2), "engine"];
  const { prefill, link } = disaggregation;
  const times = offers.map((offer) => timeOn(offer, kind, model.parallel));
  const promptS = Math.min(...times.map((time) => meanPromptS(time, engine, tokens.prompt)));
  const isLimited = serving.queueLimit !== undefined;
  const busy = perS * promptS;
  if (busy >= prefill && !isLimited) {
    const message = `replicas compute prompts, and ${round(busy)} would be busy (${round(perS)} req/s x ${round(promptS)} s): the queue would grow for ever, got ${prefill}`;
    say([...at, "prefill"], message, `Hint: prefill: ${Math.floor(busy) + 1} of ${Math.floor(busy) + 2} replicas, or a queueLimit.`);
    return;
  }
  const comingPerS = Math.min(perS, prefill / promptS); // what finds the queue full goes no further
  const bytes = tokens.prompt * (kvPerTokenB(kind) as number);
  const links = link === undefined ? offers.flatMap((offer) => offer.kind.roofline?.link ?? []) : [link];
  const ways = link === undefined ? model.parallel : 1; // each GPU sends its share
  const sendS = Math.min(...links.map((each) => each.latency + bytes / (ways * each.bandwidth)));
  const busyLinks = comingPerS * sendS;
  if (links.length > 0 && busyLinks >= prefill) {
    const message = `must send ${round(bytes / 1e9)} GB of keys and values for a mean prompt, and ${round(busyLinks)} links would be busy (${round(comingPerS)} req/s x ${round(sendS)} s), of ${prefill}: the queue would grow for ever`;
    say([...at, "link"], message, "Hint: a greater bandwidth, or more replicas for prompts.");
    return;
  }
  const writing = model.replicas - prefill;
  const placeS = Math.min(...times.map((time) => meanWritingS(time, engine, tokens)));
  const places = comingPerS * placeS;
  if (places < writing * engine.maxBatch) return;
  const message = `leave ${writing} to write, where ${round(places)} places would be busy (${round(comingPerS)} req/s x ${round(placeS)} s), of ${writing * engine.maxBatch} by maxBatch: the queue would grow for ever`;
  say([...path, "replicas"], message, `Hint: ${prefill + Math.floor(places / engine.maxBatch) + 1} replicas.`);
}

function timeOn({ group, kind: gpu }: Offer, kind: ModelKindSpec, parallel: number): StepTime {
  const law = kind.latency[gpuName(group.kind)];
  if (law === undefined || law.kind === "linear") throw new Error(`${group.kind} has no law of steps`); // refused before
  return makeStepTime(law, gpu, group.clock ?? nominalGpuClockHz(gpu), { architecture: kind.architecture, parallel });
}

/** Seconds of a replica for a prompt of mean length, in steps that hold as many as they can, or a part of one. */
function meanPromptS(time: StepTime, { maxBatch, chunk }: StepEngine, prompt: number): number {
  const prompts = Math.min(maxBatch, chunk / prompt);
  return time.stepS(prompts * prompt, prompts * pairsOf(0, prompt), 0, 0) / prompts;
}

/** Seconds that a mean answer keeps a place of full steps: its first token came with the prompt, the others look back on more and more. */
function meanWritingS(time: StepTime, { maxBatch }: StepEngine, { prompt, output }: Demand["tokens"]): number {
  const steps = Math.max(0, output - 1);
  return steps * time.stepS(0, 0, maxBatch, maxBatch * (prompt + Math.max(0, steps - 1) / 2));
}

/** Without a word on the link, keys and values of a model go over that of its GPUs, which ends at their server. @param path of the workload */
export function checkKvLink(slots: readonly Slot[], path: Path, findings: Findings): void {
  const at = [...path, "engine"];
  const bare = slots.find(({ kind }) => kind.roofline?.link === undefined);
  const [first] = slots;
  const far = slots.find(({ server }) => server !== first?.server);
  const hint = "Hint: link: { bandwidth: 25 GB/s, latency: 1 ms }.";
  if (bare !== undefined) {
    findings.problem(
      at,
      `must say the link that keys and values go over: GPU kind ${gpuName(bare.kindName)} names none between its GPUs`,
      hint,
    );
  } else if (far !== undefined) {
    findings.problem(at, `must say the link that keys and values go over: ${first?.name} and ${far.name} are of different servers`, hint);
  }
}

const round = (value: number): number => Number(value.toPrecision(4));
