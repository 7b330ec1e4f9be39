/** How good a policy is: returns of whole episodes, each fixed by its seed. */
import { type Rng, rootRng } from "../kernel/index.ts";
import { type Env, maskLength } from "./env.ts";
import { within } from "./env-error.ts";
import type { Policy } from "./policy.ts";

export interface Evaluation {
  /** Of the policy that draws its actions, an entry a seed. */
  readonly stochastic: readonly number[];
  /** Of the policy that takes the likeliest; it can lock into loops that the other leaves. */
  readonly greedy: readonly number[];
}

/** Plain sums of rewards. Equal seeds are equal episodes, so that two policies can be compared by pairs. */
export function evaluate(policy: Policy, makeEnv: () => Env, seeds: readonly number[]): Evaluation {
  const env = makeEnv();
  return { stochastic: returns(policy, env, seeds, "stochastic"), greedy: returns(policy, env, seeds, "greedy") };
}

/** The return of one episode a seed. @throws {EnvError} that names the seed */
export function returns(policy: Policy, env: Env, seeds: readonly number[], mode: keyof Evaluation): readonly number[] {
  return seeds.map((seed) => {
    const rng = mode === "greedy" ? undefined : rootRng(seed).fork("evaluate");
    return within(
      () => `episode of seed ${seed}`,
      () => episodeReturn(policy, env, { seed, rng }),
    );
  });
}

function episodeReturn(policy: Policy, env: Env, { seed, rng }: { readonly seed: number; readonly rng: Rng | undefined }): number {
  const observation = new Float32Array(env.observationSpace.slots.length);
  const action = new Float32Array(env.actionSpace.slots.length);
  const decision = new Float32Array(policy.decisionSize);
  const mask = new Uint8Array(maskLength(env));
  const memory = new Float64Array(policy.memorySize);
  env.reset(seed, observation, mask);
  let sum = 0;
  for (;;) {
    policy.decide(observation, mask, rng, decision, memory);
    policy.toAction(decision, action);
    const { reward, terminated, truncated } = env.step(action, observation, mask);
    sum += reward;
    if (terminated || truncated) return sum;
  }
}
