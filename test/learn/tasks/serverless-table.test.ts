import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { makeEnv } from "../../../src/learn/tasks/index.ts";
import { meanReturn, type Policy, playEpisode, playEpisodes, randomPolicy } from "../play.ts";

const STEPS = 200;
const ARRIVALS = [1, 2, 3, 4, 5, 6, 7, 8];

/** Reward of a step that ends with n containers under `arrivals` a second: M/M/1 by its textbook wait, rates in full. */
function stationary(n: number, arrivals: number): number {
  if (n === 0) return -1;
  const [capacity, each] = [1.5 * Math.min(n, 8), arrivals / n]; // of all containers on 8 cores; of one's arrivals
  const utilization = Math.min(1, arrivals / (1.5 * n));
  const waitS = arrivals === 1.5 * n ? 8.1 : arrivals < 1.5 * n ? n / (capacity - each * n) : 63_085;
  return 0.3 * utilization + 0.7 * Math.min(1, 9 / waitS);
}

const best = (arrivals: number): number => Math.max(...Array.from({ length: 21 }, (_, n) => stationary(n, arrivals)));
const average = (perStep: (arrivals: number) => number): number => ARRIVALS.reduce((sum, arrivals) => sum + perStep(arrivals), 0) / 8;

/**
 * Exact best return of an episode and a policy that earns it, by dynamic programming backwards over steps, containers and
 * the last horizontal move. Moves: 0 stays, 1 adds, 2 removes.
 */
function optimum(arrivals: number): { readonly total: number; readonly plan: readonly number[] } {
  const at = (n: number, last: number): number => 3 * n + last;
  let values = new Float64Array(63);
  const choices: Uint8Array[] = [];
  for (let t = STEPS - 1; t >= 0; t--) {
    const [before, choice] = [new Float64Array(63), new Uint8Array(63)];
    for (let n = 0; n <= 20; n++) {
      for (let last = 0; last < 3; last++) {
        const worth = [0, 1, 2].map((move) => {
          const next = n + (move === 1 ? 1 : move === 2 ? -1 : 0);
          const legal = next >= 0 && next <= 20;
          const punished = !legal || (last === 1 && move === 2) || (last === 2 && move === 1);
          const reached = legal ? next : n;
          return (punished ? -1 : stationary(reached, arrivals)) + (values[at(reached, move)] as number);
        });
        choice[at(n, last)] = worth.indexOf(Math.max(...worth));
        before[at(n, last)] = Math.max(...worth);
      }
    }
    values = before;
    choices.unshift(choice);
  }
  const plan: number[] = [];
  for (let [t, n, last] = [0, 4, 0]; t < STEPS; t++) {
    last = choices[t]?.[at(n, last)] as number;
    n += last === 1 ? 1 : last === 2 ? -1 : 0;
    plan.push(last);
  }
  return { total: values[at(4, 0)] as number, plan };
}

/** An episode under these arrivals: seeds until one draws them. */
function episodeUnder(arrivals: number, policyFor: () => Policy): { readonly return: number } {
  const env = makeEnv("ServerlessTable-v0");
  for (let seed = 1; ; seed++) {
    const out = new Float64Array(6);
    env.reset(seed, out, new Uint8Array(0));
    if (Math.round(10 * (out[5] as number)) === arrivals) return playEpisode(env, seed, policyFor());
  }
}

describe("ServerlessTable-v0", () => {
  it("has the published best rewards a step, and 190.4 an episode where it stands at the best", () => {
    const published = [0.9, 0.9, 1, 0.967, 0.95, 1, 0.933, 0.967]; // for 1 to 8 arrivals a second
    ARRIVALS.forEach((arrivals, i) => {
      assert.ok(Math.abs(best(arrivals) - (published[i] as number)) < 5e-4, `${arrivals}: ${best(arrivals)}`);
    });
    assert.ok(Math.abs(STEPS * average(best) - 190.4) < 0.05, `${STEPS * average(best)}`);
  });

  it("earns its exact optimum, the way from 4 containers included, when played by the plan that has it", () => {
    let sum = 0;
    for (const arrivals of ARRIVALS) {
      const { total, plan } = optimum(arrivals);
      const played = episodeUnder(arrivals, () => {
        let t = 0;
        return (_out, action) => {
          action[0] = plan[t++] as number;
        };
      });
      assert.ok(Math.abs(played.return - total) < 1e-9, `${arrivals}: ${played.return} and ${total}`);
      assert.ok(total <= STEPS * best(arrivals) + 1e-9 && total > STEPS * best(arrivals) - 1);
      sum += total;
    }
    assert.ok(Math.abs(sum / 8 - 190.3) < 0.1, `${sum / 8}`);
  });

  it("has an optimum of 190.56 over the twenty starts of the learning curves, and tabular Q-learning comes to it in the masked table", () => {
    const env = makeEnv("ServerlessTableMasked-v0");
    const [observation, mask] = [new Float64Array(6), new Uint8Array(5)];
    let sum = 0;
    for (let i = 0; i < 20; i++) {
      env.reset(1_000_000 + i, observation, mask);
      sum += optimum(Math.round(10 * (observation[5] as number))).total;
    }
    assert.ok(Math.abs(sum / 20 - 190.56) < 0.005, `${sum / 20}`);
    const rows = readFileSync("results/learning/ServerlessTableMasked-v0-q-table.csv", "utf8").trim().split("\n");
    const lasts = rows.filter((row) => row.split(",")[1] === "200000").map((row) => Number(row.split(",")[3]));
    assert.equal(lasts.length, 10);
    for (const last of lasts) assert.ok(Math.abs(last - sum / 20) < 0.051, `${last}`); // written with one digit
  });

  it("gives the HPA at 60 % utilisation 171", () => {
    const hpa = (arrivals: number): number => Math.ceil(arrivals / 0.9);
    assert.ok(Math.abs(STEPS * average((arrivals) => stationary(hpa(arrivals), arrivals)) - 171) < 0.2);
    let sum = 0;
    for (const arrivals of ARRIVALS) {
      const autoscale: Policy = (out, action) => {
        const n = Math.round(20 * (out[4] as number));
        const desired = Math.ceil(Number(((n * (out[0] as number)) / 0.6).toFixed(9)));
        action[0] = desired > n ? 1 : desired < n ? 2 : 0;
      };
      sum += episodeUnder(arrivals, () => autoscale).return;
    }
    assert.ok(Math.abs(sum / 8 - 171) < 0.3, `${sum / 8}`);
  });

  it("shows utilisation, SLO, shares, containers and arrivals as fractions", () => {
    const env = makeEnv("ServerlessTable-v0");
    const out = new Float64Array(6);
    const seen = new Set<number>();
    for (let seed = 1; seed <= 100; seed++) {
      env.reset(seed, out, new Uint8Array(0));
      const [utilization, slo, own, others, containers, arrivals] = out as unknown as [number, number, number, number, number, number];
      const perS = Math.round(10 * arrivals);
      seen.add(perS);
      assert.deepEqual([own, containers], [4096 / 20_480, 0.2]);
      assert.ok(Math.abs(others * 90 - Math.round(others * 90)) < 1e-12 && others > 0 && others <= 0.1);
      assert.ok(Math.abs(0.3 * utilization + 0.7 * slo - stationary(4, perS)) < 1e-12);
    }
    assert.deepEqual([...seen].sort(), ARRIVALS);
  });

  it("punishes with -1 what cannot be, the undoing of the last move, and no container at all", () => {
    const env = makeEnv("ServerlessTable-v0");
    const out = new Float64Array(6);
    env.reset(1, out, new Uint8Array(0));
    const act = (...actions: number[]): number[] =>
      actions.map((action) => env.step(Float64Array.of(action), out, new Uint8Array(0)).reward);
    const arrivals = Math.round(10 * (out[5] as number));
    const of = (n: number): number => stationary(n, arrivals);
    const near = (got: number[], expected: number[]): void => {
      got.forEach((value, i) => {
        assert.ok(Math.abs(value - (expected[i] as number)) < 1e-12, `${got} and ${expected}`);
      });
    };
    near(act(1, 2, 0, 1), [of(5), -1, of(4), of(5)]); // the undone move happens; after a pause the way back is free
    near(act(2, 0, 2, 2, 2, 2), [-1, of(4), of(3), of(2), of(1), -1]); // the last leaves none
    near(act(2, 3, 4, 0), [-1, -1, -1, -1]); // nothing left to remove or to resize
    near(act(1, 4, 4, 4, 4, 4, 4, 4, 4), [of(1), of(1), of(1), of(1), of(1), of(1), of(1), of(1), -1]); // 1024 - 7 x 128 = 128 is the least
    assert.equal(out[2], 128 / 20_480);
    near(act(...new Array(19).fill(1), 1), [...Array.from({ length: 19 }, (_, i) => of(i + 2)), -1]); // 20 are the most
  });

  it("masked, forbids just what is punished and is not the want of a container", () => {
    const env = makeEnv("ServerlessTableMasked-v0");
    const out = new Float64Array(6);
    const mask = new Uint8Array(5);
    env.reset(1, out, mask);
    assert.deepEqual([...mask], [1, 1, 1, 1, 1]);
    const masksAfter = (...actions: number[]): string =>
      actions
        .map((action) => {
          env.step(Float64Array.of(action), out, mask);
          return mask.join("");
        })
        .join(" ");
    assert.equal(masksAfter(1, 0, 2, 2, 2, 2, 2), "11011 11111 10111 10111 10111 10111 10000");
    assert.equal(masksAfter(0), "11000");
    const legal = playEpisodes(makeEnv("ServerlessTableMasked-v0"), { seed: 1, count: 100 }, randomPolicy(env, 2));
    const free = playEpisodes(makeEnv("ServerlessTable-v0"), { seed: 1, count: 100 }, randomPolicy(env, 2));
    assert.ok(meanReturn(legal) > meanReturn(free) + 20);
  });
});
