/** What of models on GPUs is refused before it runs: place, numbers, and the nearest thing that would work. */
import { strict as assert } from "node:assert";
import { csv, type Files } from "../run-yaml.ts";
import { complaint, type Parts, POISSON } from "./complaint.ts";
import { KINDS } from "./kinds.ts";
import { SHARED_KINDS } from "./shared-kinds.ts";

const STEPS = { models: "{ llm: { kind: ./steps.yaml } }", engine: "{ kind: vllm }" };
const PROMPTS = "promptTokens: 50\n    outputTokens: 4, arrivals: { kind: poisson, rate: 0.1 req/s }";
const steps = (from: string, to: string): Files => ({ "steps.yaml": (KINDS["steps.yaml"] as string).replace(from, to) });
const TWO_GPUS = ", gpus: { kind: ./g.yaml, count: 2 }";
const ENCODED = "arrivals: { kind: poisson, rate: 0.1 req/s }";
const REPLAY = "arrivals: { kind: trace, file: chat.csv }";

const big = (weights: string): Files => ({ "llm.yaml": (KINDS["llm.yaml"] as string).replace("12 GiB", weights) });

describe("models on GPUs", () => {
  it("are accepted where nothing is wrong", () => {
    assert.equal(complaint({}), "");
    assert.equal(complaint({ ...STEPS, rest: PROMPTS }), "");
  });

  const cases: readonly (readonly [what: string, parts: Parts, files: Files, message: string])[] = [
    [
      "without any GPU",
      { gpus: "" },
      {},
      "scenario.yaml:8:28: workloads.chat.models.llm.kind needs a GPU, and no server that it may use has one. Hint: gpus: { kind: g } on a group of servers.",
    ],
    [
      "larger than every GPU",
      {},
      big("13 GiB"),
      "scenario.yaml:8:28: workloads.chat.models.llm.kind needs 13 GiB for its weights, more than any GPU has for them: g 12 GiB. Hint: a GPU of at least 17 GiB.",
    ],
    [
      "on a GPU for which the model has no latency",
      { gpus: ", gpus: { kind: h100 }" },
      {},
      'scenario.yaml:8:28: workloads.chat.models.llm.kind names the model "llm.yaml", which has no latency on h100. It runs on: g.',
    ],
    [
      "in more replicas than GPUs",
      { models: "{ llm: { kind: ./llm.yaml, replicas: 3 } }", gpus: ", gpus: { kind: ./g.yaml, count: 2 }" },
      {},
      "scenario.yaml:8:50: workloads.chat.models.llm.replicas must have GPUs of their own, and 2 of 3 find them among the 2 GPUs of its sites, beside what else is placed. Hint: replicas: 2, or 1 more GPU.",
    ],
    [
      "in more models than GPUs, where they would fit on fewer",
      { models: "{ a: { kind: ./small.yaml }, b: { kind: ./small.yaml } }" },
      SHARED_KINDS,
      "scenario.yaml:8:45: workloads.chat.models.b.replicas must have GPUs of their own, and 0 of 1 find them among the 1 GPU of its sites, beside what else is placed. Hint: 1 more GPU, or placement: packed.",
    ],
    [
      "packed in more replicas than GPUs, which hold one of a model each",
      { models: "{ a: { kind: ./small.yaml, replicas: 3 } }", gpus: TWO_GPUS, rest: `${POISSON}\n    placement: packed` },
      SHARED_KINDS,
      'scenario.yaml:12:16: workloads.chat.placement "packed" must find room for 3 replicas of 12 GiB in all, and the 2 GPUs left for it have 24 GiB for weights; a has a replica on each that it may use. Hint: 1 more GPU like the last.',
    ],
    [
      "with answers of no token",
      { rest: "outputTokens: 0\n    arrivals: { kind: poisson, rate: 0.1 req/s }" },
      {},
      "scenario.yaml:10:19: workloads.chat.outputTokens must not be 0: a request has at least 1 token. Hint: a law such as { kind: lognormal, median: 140, sigma: 0.9 }.",
    ],
    [
      "under more load than its places can carry",
      { rest: POISSON.replace("0.1", "0.5") },
      {},
      "scenario.yaml:8:20: workloads.chat.models.llm.replicas keep 1.5 places busy (0.5 req/s x 3 s), and replicas x maxBatch are 1: the queue would grow for ever. Hint: 2 replicas, or a queueLimit.",
    ],
    [
      "without a word on tokens",
      { rest: "arrivals: { kind: poisson, rate: 0.1 req/s }" },
      {},
      "scenario.yaml:7:5: workloads.chat.outputTokens is missing. Hint: a law such as { kind: lognormal, median: 140, sigma: 0.9 }, or a trace with a column output_tokens.",
    ],
    [
      "replaying a request without tokens",
      { rest: "arrivals: { kind: trace, file: chat.csv }" },
      { "chat.csv": csv("arrival_s,output_tokens", [0, 3], [1, 0]) },
      "scenario.yaml:10:15: workloads.chat.arrivals replay a trace whose request 2 (chat.csv:3) has 0 output tokens. Hint: at least 1.",
    ],
    [
      "replaying a request without tokens to a model that writes some, beside an encoder",
      { models: "{ llm: { kind: ./llm.yaml }, sort: { kind: ./encoder.yaml } }", gpus: TWO_GPUS, rest: REPLAY },
      { "chat.csv": csv("arrival_s,output_tokens,class", [0, 3, "llm"], [1, 0, "sort"], [2, 0, "llm"]) },
      "scenario.yaml:10:15: workloads.chat.arrivals replay a trace whose request 3 (chat.csv:4) has 0 output tokens. Hint: at least 1.",
    ],
    [
      "with a law of tokens, and only encoders",
      { models: "{ sort: { kind: ./encoder.yaml } }" },
      {},
      "scenario.yaml:10:19: workloads.chat.outputTokens would be ignored: no model of the workload writes tokens. Hint: leave it out.",
    ],
    [
      "with a law of prompts, and no model for which they take time",
      { rest: PROMPTS },
      {},
      "scenario.yaml:10:19: workloads.chat.promptTokens would be ignored: no model of the workload has a latency of kind step or roofline. Hint: leave it out.",
    ],
    [
      "with shares, and a trace that says the model of each request",
      {
        models: "{ llm: { kind: ./llm.yaml, share: 0.5 }, sort: { kind: ./encoder.yaml, share: 0.5 } }",
        ...{ gpus: TWO_GPUS, rest: REPLAY },
      },
      { "chat.csv": csv("arrival_s,output_tokens,class", [0, 3, "llm"]) },
      'scenario.yaml:8:47: workloads.chat.models.llm.share would be ignored: column "class" of the trace says for which model each request is. Hint: leave it out, or the column.',
    ],
    [
      "replaying requests for a model that is not there",
      { rest: "arrivals: { kind: trace, file: chat.csv }" },
      { "chat.csv": csv("arrival_s,output_tokens,class", [0, 3, "lm"]) },
      'scenario.yaml:10:15: workloads.chat.arrivals replay a trace with requests for the model "lm", which the workload lacks. There are: llm.',
    ],
    [
      "with shares that do not sum to 1",
      { models: "{ llm: { kind: ./llm.yaml, share: 0.5 } }" },
      {},
      "scenario.yaml:8:13: workloads.chat.models must have shares that sum to 1, got 0.5.",
    ],
    [
      "of an unknown kind",
      { models: "{ llm: { kind: opt-1.3 } }" },
      {},
      'scenario.yaml:8:28: unknown model kind "opt-1.3". See `cybertwin list models`, or name a file: "./mine.yaml".',
    ],
    [
      "by steps without a law of steps",
      { ...STEPS, models: "{ llm: { kind: ./llm.yaml } }", rest: PROMPTS },
      {},
      "scenario.yaml:8:28: workloads.chat.models.llm.kind names a model without a latency of kind step or roofline on g, which engine vllm needs. Hint: engine: { kind: continuous }, or a model such as llama-2-7b.",
    ],
    [
      "by steps without tokens to write, be it that a roofline knows its time",
      { ...STEPS, models: "{ llm: { kind: ./encoder.yaml } }", rest: PROMPTS.replace("outputTokens: 4, ", "") },
      {
        "g.yaml": SHARED_KINDS["g.yaml"] as string,
        "encoder.yaml": (KINDS["encoder.yaml"] as string).replace(
          "latency: { g: { kind: linear, base: 4 s } }",
          "architecture: { kind: transformer, layers: 1, hidden: 8, heads: 1, intermediate: 8, vocabulary: 8 }\nlatency: { g: { kind: roofline } }",
        ),
      },
      "scenario.yaml:8:28: workloads.chat.models.llm.kind names a model that writes no tokens, and engine vllm goes by them. Hint: engine: { kind: continuous }, or a model such as llama-2-7b.",
    ],
    [
      "by roofline on a GPU that has none",
      { ...STEPS, rest: PROMPTS },
      steps(
        "latency: { g: { kind: step, base: 1 s, perPromptToken: 10 ms, perSequence: 100 ms } }",
        "architecture: { kind: transformer, layers: 1, hidden: 8, heads: 1, intermediate: 8, vocabulary: 8 }\nlatency: { g: { kind: roofline } }",
      ),
      'scenario.yaml:8:28: workloads.chat.models.llm.kind names the model "steps.yaml", whose latency on g is a roofline, and that GPU kind has none. Hint: roofline in the GPU\'s file, as in catalogue/gpus, or a latency of kind step.',
    ],
    [
      "by steps without a word on prompts",
      STEPS,
      {},
      "scenario.yaml:7:5: workloads.chat.promptTokens is missing. Hint: a law such as { kind: lognormal, median: 1000, sigma: 0.9 }, or a trace with a column prompt_tokens.",
    ],
    [
      "with no KV blocks",
      { ...STEPS, engine: "{ kind: vllm, kvBlocks: 0 }", rest: PROMPTS },
      {},
      "scenario.yaml:9:37: workloads.chat.engine.kvBlocks must be at least 1, got 0.",
    ],
    [
      "with weights that leave no KV block",
      { ...STEPS, rest: PROMPTS },
      steps("weights: 4 GiB", "weights: 11.5 GiB"),
      "scenario.yaml:8:28: workloads.chat.models.llm.kind needs 1 GiB for a KV block of 16 tokens, more than its weights leave: g 0.5 GiB. Hint: a GPU of at least 16.5 GiB.",
    ],
    [
      "with KV memory of unknown size",
      { ...STEPS, rest: PROMPTS },
      steps("kvPerToken: 64 MiB\n", ""),
      "scenario.yaml:8:28: workloads.chat.models.llm.kind names a model without kvPerToken: nobody knows how many blocks of KV memory there are for engine vllm. Hint: engine: { kvBlocks: 1000 }, or a model with kvPerToken.",
    ],
    [
      "replaying a prompt as long as the context",
      { ...STEPS, rest: REPLAY },
      { "chat.csv": csv("arrival_s,prompt_tokens,output_tokens", [0, 99, 3], [1, 100, 3]) },
      "scenario.yaml:10:15: workloads.chat.arrivals replay a trace whose request 2 (chat.csv:3) has a prompt of 100 tokens, and the context of 100 tokens must hold prompt and answer. Hint: prompts of at most 99 tokens.",
    ],
    [
      "replaying a prompt as long as the context, in whole batches",
      { ...STEPS, engine: "{ kind: continuous, maxBatch: 2 }", rest: REPLAY },
      { "chat.csv": csv("arrival_s,prompt_tokens,output_tokens", [0, 99, 3], [1, 100, 3]) },
      "scenario.yaml:10:15: workloads.chat.arrivals replay a trace whose request 2 (chat.csv:3) has a prompt of 100 tokens, and the context of 100 tokens must hold prompt and answer. Hint: prompts of at most 99 tokens.",
    ],
    [
      "replaying a prompt as long as the KV memory",
      { ...STEPS, engine: "{ kind: vllm, kvBlocks: 3 }", rest: REPLAY },
      { "chat.csv": csv("arrival_s,prompt_tokens,output_tokens", [0, 60, 3]) },
      "scenario.yaml:10:15: workloads.chat.arrivals replay a trace whose request 1 (chat.csv:2) has a prompt of 60 tokens, and the 48 tokens of 3 KV blocks must hold prompt and answer. Hint: prompts of at most 47 tokens, or kvBlocks: 4.",
    ],
    [
      "with prompts that are longer than the KV memory in the mean",
      { ...STEPS, engine: "{ kind: vllm, kvBlocks: 3 }", rest: PROMPTS },
      {},
      "scenario.yaml:10:19: workloads.chat.promptTokens have 50 tokens in the mean, and the 48 tokens of 3 KV blocks must hold prompt and answer. Hint: prompts of at most 47 tokens, or kvBlocks: 4.",
    ],
    [
      "replaying a request without a prompt",
      { ...STEPS, rest: REPLAY },
      { "chat.csv": csv("arrival_s,prompt_tokens,output_tokens", [0, 0, 3]) },
      "scenario.yaml:10:15: workloads.chat.arrivals replay a trace whose request 1 (chat.csv:2) has 0 prompt tokens. Hint: at least 1.",
    ],
    [
      "by steps under more load than full steps can carry",
      { ...STEPS, engine: "{ kind: vllm, maxBatch: 2 }", rest: PROMPTS.replace("0.1", "0.4") },
      {},
      // 4 steps of 1 s, and 2 x (50 x 10 ms + 3 x 100 ms) of prompts and tokens, its own and its neighbour's.
      "scenario.yaml:8:20: workloads.chat.models.llm.replicas keep 2.24 places busy (0.4 req/s x 5.6 s), and replicas x maxBatch are 2: the queue would grow for ever. Hint: 2 replicas, or a queueLimit.",
    ],
    [
      "spread over more GPUs than any server has",
      { models: "{ cut: { kind: ./cut.yaml, parallel: 3 } }", gpus: TWO_GPUS, rest: ENCODED },
      SHARED_KINDS,
      "scenario.yaml:8:50: workloads.chat.models.cut.parallel needs 3 GPUs in one server, and none that it may use has more than 2. Hint: gpus: { kind: g, count: 3 }, or parallel: 2.",
    ],
    [
      "spread over more GPUs than they have layers",
      { models: "{ cut: { kind: ./cut.yaml, parallel: 5 } }", gpus: TWO_GPUS, rest: ENCODED },
      SHARED_KINDS,
      "scenario.yaml:8:50: workloads.chat.models.cut.parallel 5 needs as many layers, and the model has 4. Hint: at most 4.",
    ],
    [
      "larger than every GPU, that two of them would hold",
      { models: "{ cut: { kind: ./cut.yaml } }", gpus: TWO_GPUS, rest: ENCODED },
      { ...SHARED_KINDS, "cut.yaml": (SHARED_KINDS["cut.yaml"] as string).replace("weights: 1 GiB", "weights: 20 GiB") },
      "scenario.yaml:8:28: workloads.chat.models.cut.kind needs 20 GiB for its weights, more than any GPU has for them: g 12 GiB. Hint: a GPU of at least 24 GiB, or parallel: 2.",
    ],
    [
      "with stages that are larger than every GPU",
      { models: "{ cut: { kind: ./cut.yaml, parallel: 2 } }", gpus: ", gpus: { kind: ./g.yaml, count: 3 }", rest: ENCODED },
      { ...SHARED_KINDS, "cut.yaml": (SHARED_KINDS["cut.yaml"] as string).replace("weights: 1 GiB", "weights: 36 GiB") },
      "scenario.yaml:8:28: workloads.chat.models.cut.kind needs 18 GiB for the weights of its largest stage of 2, more than any GPU has for them: g 12 GiB. Hint: a GPU of at least 22 GiB.",
    ],
    [
      "spread over several GPUs, by steps",
      { ...STEPS, models: "{ llm: { kind: ./steps.yaml, parallel: 2 } }", rest: PROMPTS },
      {},
      "scenario.yaml:8:52: workloads.chat.models.llm.parallel 2 needs a latency of kind roofline on g: a fitted law of steps speaks of the GPUs that it was measured on. Hint: parallel: 1, or architecture and latency: { g: { kind: roofline } } in the model's file.",
    ],
    [
      "on shared GPUs, by steps",
      { ...STEPS, rest: `${PROMPTS}\n    placement: packed` },
      {},
      'scenario.yaml:13:16: workloads.chat.placement "packed" is not supported yet with engine vllm. Hint: engine: { kind: continuous }.',
    ],
    [
      "packed on less memory than they need",
      {
        models: "{ a: { kind: ./small.yaml, replicas: 2 }, b: { kind: ./llm.yaml } }",
        gpus: TWO_GPUS,
        rest: `${POISSON}\n    placement: packed`,
      },
      SHARED_KINDS,
      'scenario.yaml:12:16: workloads.chat.placement "packed" must find room for 3 replicas of 20 GiB in all, and the 2 GPUs left for it have 24 GiB for weights; a with its 4 GiB finds 0 GiB at most. Hint: 1 more GPU like the last.',
    ],
    [
      "searched for on less memory than each needs once",
      {
        models: "{ a: { kind: ./llm.yaml }, b: { kind: ./llm.yaml } }",
        rest: `${POISSON}\n    slo: { scale: 5 }\n    placement: alpa-serve`,
      },
      {},
      'scenario.yaml:13:16: workloads.chat.placement "alpa-serve" must find room for 2 replicas of 24 GiB in all, and the 1 GPU left for it has 12 GiB for weights; b with its 12 GiB finds 0 GiB at most. Hint: 1 more GPU like the last.',
    ],
    [
      "expected to write a first token, by an engine that answers as a whole",
      { rest: `${POISSON}\nexpect: [{ metric: workloads.chat.ttft_p99_s, max: 1 s }]` },
      {},
      'scenario.yaml:12:20: expect.0.metric names "workloads.chat.ttft_p99_s", which is only there with an engine by steps: others answer a request as a whole. Hint: engine: { kind: vllm }.',
    ],
    [
      "searched for without an SLO on latency",
      { rest: `${POISSON}\n    placement: mu-serve` },
      {},
      'scenario.yaml:12:16: workloads.chat.placement "mu-serve" chooses by the share of requests within an SLO on latency, and there is none. Hint: slo: { scale: 5 }.',
    ],
    [
      "searched for with a number of replicas",
      { models: "{ llm: { kind: ./llm.yaml, replicas: 2 } }", rest: `${POISSON}\n    slo: { scale: 5 }\n    placement: mu-serve` },
      {},
      'scenario.yaml:8:50: workloads.chat.models.llm.replicas would be ignored: placement "mu-serve" chooses it. Hint: leave it out.',
    ],
    [
      "searched for under users who wait for their answers",
      {
        rest: "outputTokens: 4\n    arrivals: { kind: closed, users: 2, thinkTime: 1 s }\n    slo: { scale: 5 }\n    placement: alpa-serve",
      },
      {},
      'scenario.yaml:13:16: workloads.chat.placement "alpa-serve" needs arrivals that come by themselves, got kind "closed". Hint: placement: packed, or poisson arrivals.',
    ],
    [
      "packed under more load than a GPU can carry",
      {
        models: "{ a: { kind: ./small.yaml }, b: { kind: ./encoder.yaml } }",
        rest: `${POISSON.replace("0.1", "0.3")}\n    placement: packed`,
      },
      SHARED_KINDS,
      // 0.15 requests a second of 3 s and of 4 s.
      "scenario.yaml:12:16: workloads.chat.placement keeps 1.05 places of west/0/gpu0 busy (a 0.45, b 0.6), and maxBatch is 1: the queue would grow for ever. Hint: more GPUs, larger batches, or a queueLimit.",
    ],
    [
      "packed under more load than a GPU can carry within its cap",
      {
        gpus: ", gpus: { kind: ./g.yaml, powerCap: 65 W }",
        models: "{ a: { kind: ./small.yaml }, b: { kind: ./encoder.yaml } }",
        rest: `${POISSON.replace("0.1", "0.2")}\n    placement: packed`,
      },
      SHARED_KINDS,
      // 500 MHz are left: 0.1 requests a second of 3 s x 1.25 and of 4 s x 2.
      "scenario.yaml:12:16: workloads.chat.placement keeps 1.175 places of west/0/gpu0 busy (a 0.375, b 0.8), and maxBatch is 1: the queue would grow for ever. Hint: more GPUs, larger batches, or a queueLimit.",
    ],
    [
      "with an SLO on first tokens, and an engine that has none",
      { rest: `${POISSON}\n    slo: { ttft: 5 s }` },
      {},
      "scenario.yaml:12:18: workloads.chat.slo.ttft needs an engine that writes token by token: none answers a request as a whole. Hint: engine: { kind: vllm }, or an SLO on latency.",
    ],
    [
      "with an SLO on nothing",
      { rest: `${POISSON}\n    slo: { percentile: 0.9 }` },
      {},
      "scenario.yaml:12:10: workloads.chat.slo must say latency, scale, ttft or tpot.",
    ],
    [
      "with steps of fewer tokens than requests",
      { ...STEPS, engine: "{ kind: vllm, chunk: 64 }", rest: PROMPTS },
      {},
      "scenario.yaml:9:34: workloads.chat.engine.chunk must be at least maxBatch: in a step each of 128 requests may write a token, got 64. Hint: chunk: 128, or maxBatch: 64.",
    ],
    [
      "with steps of fewer tokens than requests, where the tokens are those of the engine",
      { ...STEPS, engine: "{ kind: sarathi, maxBatch: 600 }", rest: PROMPTS },
      {},
      "scenario.yaml:9:13: workloads.chat.engine.chunk must be at least maxBatch: in a step each of 600 requests may write a token, got 512. Hint: chunk: 600, or maxBatch: 512.",
    ],
    [
      "replaying a prompt that needs what the engine keeps free",
      { ...STEPS, engine: "{ kind: sarathi, kvBlocks: 200 }", rest: REPLAY },
      { "chat.csv": csv("arrival_s,prompt_tokens,output_tokens", [0, 3168, 3]), ...steps("context: 100\n", "") },
      "scenario.yaml:10:15: workloads.chat.arrivals replay a trace whose request 1 (chat.csv:2) has a prompt of 3168 tokens, and the 3168 tokens of 200 KV blocks, 2 of which stay free, must hold prompt and answer. Hint: prompts of at most 3167 tokens, or kvBlocks: 201.",
    ],
    [
      "with an engine that nobody knows",
      { engine: "{ kind: dynamo }" },
      {},
      'scenario.yaml:9:21: unknown engine kind "dynamo". Did you mean "dynamic"? See `cybertwin list engines`.',
    ],
    [
      "spread over several GPUs without a word on where it can be cut",
      { models: "{ llm: { kind: ./llm.yaml, parallel: 2 } }" },
      {},
      "scenario.yaml:8:50: workloads.chat.models.llm.parallel 2 needs the model's architecture, which says where it can be cut. Hint: architecture in the model's file.",
    ],
    [
      "placed by a rule for servers",
      { more: "controllers: { place: { kind: best-fit, target: { workload: chat } } }" },
      {},
      'scenario.yaml:12:61: controllers.place.target.workload must be a service or batch workload for kind "best-fit", got a model-serving workload.',
    ],
    [
      "with a confusion matrix whose shares do not sum to 1",
      { more: "controllers: { q: { kind: ssjf, target: { workload: chat }, predictor: { kind: confusion-matrix, file: m.csv } } }" },
      { "m.csv": "tokens_from,predicted_0,predicted_1\n0,0.5,0.5\n9,0.5,0.4\n" },
      "m.csv:3: the shares predicted_0 to predicted_1 must be at least 0 and sum to 1, got 0.9 (from scenario.yaml:12).",
    ],
  ];
  for (const [what, parts, files, message] of cases) it(`are refused ${what}`, () => assert.equal(complaint(parts, files), message));
});
