/** What of classes and queue rules of models is refused before it runs: place, reason, and the nearest thing that would work. */
import { strict as assert } from "node:assert";
import type { Files } from "../run-yaml.ts";
import { complaint, type Parts, POISSON } from "./complaint.ts";

const REPLAY = "arrivals: { kind: trace, file: chat.csv }";

describe("classes and queue rules of models", () => {
  const cases: readonly (readonly [what: string, parts: Parts, files: Files, message: string])[] = [
    [
      "with classes that are not all, and one that is called as a model",
      { rest: `${POISSON}\n    classes: { gold: { share: 0.5 }, llm: { share: 0.4 } }` },
      {},
      "scenario.yaml:12:14: workloads.chat.classes must have shares that sum to 1, got 0.9.\nscenario.yaml:12:43: workloads.chat.classes.llm must have another name than every model: both name metrics.",
    ],
    [
      "with a class of which the SLO has none to stand on",
      { rest: `${POISSON}\n    classes: { gold: { share: 1, slo: { latency: 2 s } } }` },
      {},
      "scenario.yaml:12:39: workloads.chat.classes.gold.slo needs a latency in the workload's slo, which says percentile and window and holds for other classes. Hint: slo: { latency: 10 s } on the workload.",
    ],
    [
      "with a trace of a class that is not there",
      { rest: `${REPLAY}\n    classes: { gold: { share: 1 } }` },
      { "chat.csv": "arrival_s,output_tokens,class\n0,4,gold\n1,4,iron\n" },
      'scenario.yaml:10:15: workloads.chat.arrivals replay a trace with requests of the class "iron", which the workload lacks. There are: gold.',
    ],
    [
      "ordered by deadlines that nobody says",
      { more: "controllers: { q: { kind: edf, target: { workload: chat } } }" },
      {},
      'scenario.yaml:12:52: controllers.q.target.workload must have an slo with a latency for kind "edf". Hint: slo: { latency: 10 s }.',
    ],
    [
      "ordered by deadlines beside a predictor that nobody hears",
      {
        rest: `${POISSON}\n    slo: { latency: 5 s }`,
        more: "controllers: { q: { kind: edf, target: { workload: chat }, predictor: { kind: oracle } } }",
      },
      {},
      "scenario.yaml:13:71: controllers.q.predictor would be ignored: deadlines are known. Hint: drop: true, or leave it out.",
    ],
    [
      "dropped where users who do not think would ask for ever",
      {
        rest: "outputTokens: 4\n    arrivals: { kind: closed, users: 2, thinkTime: 0 s }\n    slo: { latency: 1 s }",
        more: "controllers: { q: { kind: edf, drop: true, target: { workload: chat } } }",
      },
      {},
      'scenario.yaml:11:52: workloads.chat.arrivals.thinkTime must be above 0: with drop of controllers.q, requests may end in no time, and users who do not think would ask for ever. Hint: "1 ms".',
    ],
    [
      "ordered by levels that no request would sink through",
      { more: "controllers: { q: { kind: mlfq, target: { workload: chat } } }" },
      {},
      'scenario.yaml:12:27: controllers.q.kind "mlfq" would never see a request twice: engine none runs each batch to its end. Hint: engine: { kind: continuous }.',
    ],
    [
      "interrupted where nothing can be",
      { more: "controllers: { q: { kind: priority, preemptive: true, target: { workload: chat } } }" },
      {},
      "scenario.yaml:12:49: controllers.q.preemptive would be ignored: engine none runs each batch to its end. Hint: engine: { kind: continuous }.",
    ],
    [
      "interrupted at a cost where nothing can be",
      { more: "controllers: { q: { kind: srpt, oracle: [work], preemptionCost: 1 s, target: { workload: chat } } }" },
      {},
      "scenario.yaml:12:65: controllers.q.preemptionCost would be ignored: engine none runs each batch to its end. Hint: engine: { kind: continuous }.",
    ],
    [
      "ordered by what remains, of which nobody knows",
      { more: "controllers: { q: { kind: srpt, target: { workload: chat } } }" },
      {},
      'scenario.yaml:12:19: controllers.q.oracle must be [work]: kind "srpt" needs the truth. Hint: of models also a predictor: { kind: noise-dial, noise: 0.25 }.',
    ],
    [
      "ordered by the truth and by a guess",
      { more: "controllers: { q: { kind: srpt, oracle: [work], predictor: { kind: oracle }, target: { workload: chat } } }" },
      {},
      "scenario.yaml:12:60: controllers.q.predictor must not be given beside oracle: [work]. Hint: keep one.",
    ],
  ];
  for (const [what, parts, files, message] of cases) it(`are refused ${what}`, () => assert.equal(complaint(parts, files), message));
});
