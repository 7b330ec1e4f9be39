/** Heuristics of the control loop, played as policies of an environment. */
import { strict as assert } from "node:assert";
import { heuristicIn } from "../../src/agents/heuristic-policy.ts";
import { hpa } from "../../src/control/hpa.ts";
import { returns } from "../../src/learn/evaluate.ts";
import { GuardedEnv } from "../../src/learn/guarded-env.ts";
import { RecordingEnv } from "../../src/learn/recording-env.ts";
import { bareScenarioEnv, scenarioEnv } from "../../src/scenario/env.ts";
import { externalsOf } from "../../src/scenario/externals.ts";
import type { Action, Periodic } from "../../src/world/ports.ts";
import { playEpisode } from "../learn/play.ts";
import { loadYaml, metric, play } from "../world/run-yaml.ts";
import { SCALED } from "./policies.ts";

const SEED = 7;
const BUSY = SCALED.replace("rate: 30 req/s", "rate: 60 req/s").replace("discipline: ps\n", "discipline: ps\n    replicas: 2\n");

function recorded(text: string, controller: Periodic) {
  const { spec } = loadYaml(text);
  const env = bareScenarioEnv(spec);
  const [external] = externalsOf(spec);
  const policy = heuristicIn({ env, external: external as NonNullable<typeof external>, kind: "mine", controller });
  const recording = new RecordingEnv(new GuardedEnv(env));
  const [sum] = returns(policy, recording, [SEED], "stochastic");
  return { sum: sum as number, ...recording.transitions };
}

const ordering = (...actions: readonly Action[]): Periodic => ({ kind: "periodic", periodS: 15, decide: () => actions });
const hpaSpec = hpa.schema.parse({ kind: "hpa", minReplicas: 2, maxReplicas: 12 });

describe("a heuristic as a policy of the environment", () => {
  it("earns what it earns in the loop: what is ordered again changes nothing", async () => {
    const { sum, rewards, actions } = recorded(BUSY, hpa.create(hpaSpec));
    const inLoop = await play(`${BUSY}    policy: { kind: hpa, minReplicas: 2, maxReplicas: 12 }\n`, {}, SEED);
    assert.ok(Math.abs(sum / rewards.length - metric(inLoop, "controllers.mine.reward_mean")) < 1e-12);
    assert.ok(new Set([...actions].filter((_, i) => i % 2 === 0)).size > 1, "it scales");
    assert.ok([...actions].filter((_, i) => i % 2 === 1).every((cores) => cores === 1)); // limits.cpu is let be
  });

  it("gives the actions of its transitions: played alone they earn the same, in fluid too", () => {
    for (const text of [BUSY, BUSY.replace("discipline: ps\n", "discipline: ps\n    mode: fluid\n    interval: 5 s\n")]) {
      const { actions, rewards } = recorded(text, hpa.create(hpaSpec));
      let step = 0;
      const played = playEpisode(scenarioEnv(loadYaml(text).spec), SEED, (_observation, action) => {
        action.set(actions.subarray(2 * step, 2 * step + 2));
        step++;
      });
      assert.equal(step, rewards.length);
      assert.ok(Math.abs(played.return - rewards.reduce((so, reward) => so + reward, 0)) < 1e-5 * step); // stored in float32
    }
  });

  it("orders what it says, and after that leaves it there", () => {
    let turn = 0;
    const once: Periodic = {
      kind: "periodic",
      periodS: 15,
      decide: () =>
        [[], [{ kind: "limits", workload: "web", cores: 1.5 } as const], [{ kind: "replicas", workload: "web", count: 4 } as const]][
          turn++
        ] ?? [],
    };
    const { actions } = recorded(SCALED.replace("    discipline: ps\n", "    discipline: ps\n    replicas: 3\n"), once);
    assert.deepEqual([...actions.subarray(0, 8)], [3, 1, 3, 1.5, 4, 1.5, 4, 1.5]); // replicas, cores
    assert.deepEqual([...actions.subarray(-2)], [4, 1.5]);
  });

  it("is refused where the action space does not have what it orders or leaves", () => {
    const two = SCALED.replace("    discipline: ps\n", "    discipline: ps\n    replicas: 2\n");
    const refusal = (text: string, ...actions: readonly Action[]) =>
      assert.throws.bind(undefined, () => recorded(text, ordering(...actions)));
    refusal(two, { kind: "replicas", workload: "web", count: 13 })(
      /^EnvError: episode of seed 7, controllers\.mine at 30 s: mine orders 13 for replicas, outside 2\.\.12; give that action other bounds, or bound what decides$/,
    );
    refusal(SCALED)(/controllers\.mine at 30 s: mine leaves replicas at 1, outside 2\.\.12;/);
    refusal(two, { kind: "limits", workload: "web", memoryB: 1e9 })(
      /controllers\.mine at 30 s: mine orders limits\.memory, which is not in act; add it there/,
    );
    refusal(two, { kind: "hold", workload: "web" })(/orders "hold", which no act of an external controller can; take another policy/);
  });
});
