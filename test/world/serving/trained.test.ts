/** A trained length predictor inside scenarios: it sees prompts, in a stream of their own, and is refused where it does not fit. */
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { storedPredictor } from "../../../src/claims/figures/length-predictor/stored.ts";
import { rootRng } from "../../../src/kernel/index.ts";
import { packPolicy, spacesOf, unpackPolicy } from "../../../src/learn/policy-file.ts";
import { box, discrete } from "../../../src/learn/spaces.ts";
import { loadScenario, SpecError } from "../../../src/scenario/index.ts";
import { makePredictor, type PredictorSpec, predictors } from "../../../src/world/serving/predictors/index.ts";
import { trainedProblem } from "../../../src/world/serving/predictors/trained.ts";
import { makePrompts } from "../../../src/world/serving/prompts/index.ts";
import { quantileTable } from "../../../src/world/workload/index.ts";
import { columnOf, csv, play } from "../run-yaml.ts";
import { complaint, POISSON } from "./complaint.ts";
import { KINDS } from "./kinds.ts";

const POLICY = fileURLToPath(new URL("../../../../results/policies/length-predictor", import.meta.url)); // from dist/test/world/serving
const file = `${POLICY}.json`;
const stored = { file, ...unpackPolicy(readFileSync(file, "utf8"), readFileSync(`${POLICY}.bin`)) };
const LENGTHS = ["quantile,value", "0,2", "0.5,140", "1,511"];
const PROMPTS = makePrompts({ kind: "synthetic", lengths: quantileTable(LENGTHS, "lengths.csv"), signal: 0.9 });

describe("a trained length predictor", () => {
  it("orders requests by what it says of their prompts, and by nothing else", async () => {
    // All come at once and are answered one by one at 0.5 s a token: the first goes at once, then by its words, equal ones as they came.
    const tokens = [3, 400, 10, 250, 60, 500, 120, 5, 320, 33];
    const text = `name: told
seed: 5
duration: 2000 s
sites: { west: { servers: { kind: small-8c, gpus: { kind: ./g.yaml } } } }
workloads:
  chat:
    kind: model-serving
    models: { llm: { kind: ./llm.yaml } }
    prompts: { kind: synthetic, lengths: lengths.csv, signal: 0.9 }
    arrivals: { kind: trace, file: rows.csv }
controllers: { queue: { kind: ssjf, target: { workload: chat }, predictor: { kind: trained, file: ${file}, says: mean, latency: 0 s } } }
record: { requests: true }`;
    const files = {
      ...KINDS,
      "lengths.csv": `${LENGTHS.join("\n")}\n`,
      "rows.csv": csv("arrival_s,output_tokens", ...tokens.map((each) => [0, each])),
    };
    const run = await play(text, files);

    const write = PROMPTS.writer(rootRng(5).fork("workloads.chat").fork("prompts"));
    const features = new Float32Array(PROMPTS.features.slots.length);
    const said = tokens.map((each) => {
      write(each, features);
      return storedPredictor().word("mean", features);
    });
    const wanted = [
      0,
      ...tokens
        .map((_, i) => i)
        .slice(1)
        .sort((a, b) => (said[a] as number) - (said[b] as number)),
    ];
    const [starts, ids] = [columnOf(run, "requests", "start_s"), columnOf(run, "requests", "id")];
    const played = ids
      .map((_, i) => i)
      .sort((a, b) => (starts[a] as number) - (starts[b] as number))
      .map((i) => ids[i]);
    assert.deepEqual(played, wanted);
  });

  it("says the mean tokens of the likeliest class, or of all by their probabilities", () => {
    // Logits 0 and ln 3 whatever is seen: the second class, of 100 tokens; by probabilities 1/4 of 20 and 3/4 of 100, 80.
    const network = {
      architecture: { kind: "sequential", inputs: 7, layers: [{ kind: "dense", units: 2, activation: "linear" }] },
      weights: Float32Array.of(...new Array(14).fill(0), 0, Math.log(3)),
      statistics: new Float32Array(0),
    } as const;
    const policy = { ...stored, data: { kind: "categorical", network, classTokens: Float32Array.of(20, 100) } };
    const word = (says: "class" | "mean"): number => {
      const spec = { kind: "trained", file: policy, says, latency: { kind: "deterministic", value: 0 } } as unknown as PredictorSpec;
      const predictor = makePredictor(spec)({ rng: rootRng(1), otherTokens: () => () => 0 });
      if (predictor.sees !== "prompt") throw new Error("it sees the answer");
      return predictor.predict(new Float32Array(7));
    };
    assert.equal(word("class"), 100);
    assert.ok(Math.abs(word("mean") - 80) < 1e-5);
  });

  it("takes the time of the released one unless said", () => {
    const spec = predictors.get("trained")?.schema.parse({ kind: "trained", file }) as object;
    const predictor = makePredictor({ ...spec, file: stored } as PredictorSpec)({ rng: rootRng(1), otherTokens: () => () => 0 });
    assert.equal(predictor.latencyS(), 0.007894);
  });

  const by = (predictor: string, prompts = "prompts: { kind: synthetic, lengths: lengths.csv }"): string =>
    complaint(
      {
        rest: `${POISSON}\n    ${prompts}`,
        more: `controllers: { q: { kind: ssjf, target: { workload: chat }, predictor: ${predictor} } }`,
      },
      { "lengths.csv": `${LENGTHS.join("\n")}\n` },
    );

  it("is accepted where prompts are seen", () => assert.equal(by(`{ kind: trained, file: ${file} }`), ""));

  it("is refused where none are", () => {
    assert.match(
      by(`{ kind: trained, file: ${file} }`, "queueLimit: 5"),
      /^scenario\.yaml:\d+:\d+: controllers\.q\.predictor sees prompts, and workloads\.chat has none\. Hint: workloads\.chat\.prompts: \{ kind: synthetic, lengths: <table of quantiles> \}\.$/,
    );
  });

  it("is refused without its file, without its weights, and damaged", () => {
    assert.match(by("{ kind: trained, file: nowhere.json }"), /controllers\.q\.predictor\.file: the file "nowhere\.json" does not exist/);
    const read = (manifest: string, weights: Uint8Array | undefined): string => {
      const text = `name: s\nseed: 1\nduration: 1 s\ncontrollers: { q: { kind: ssjf, target: { workload: w }, predictor: { kind: trained, file: p.json } } }`;
      try {
        loadScenario("s.yaml", {
          ...{ cwd: ".", catalogue: { dir: "catalogue" } },
          read: (path) => (path === "p.json" ? manifest : text),
          readBytes: () => {
            if (weights === undefined) throw Object.assign(new Error(), { code: "ENOENT" });
            return weights;
          },
        });
        return "";
      } catch (error) {
        if (error instanceof SpecError) return error.message;
        throw error;
      }
    };
    const [manifest, weights] = [readFileSync(file, "utf8"), new Uint8Array(readFileSync(`${POLICY}.bin`))];
    assert.match(read(manifest, undefined), /s\.yaml:4:\d+: controllers\.q\.predictor\.file: the file "p\.bin" does not exist/);
    weights[17] = (weights[17] as number) ^ 1;
    assert.match(read(manifest, weights), /controllers\.q\.predictor\.file: the file "p\.json": .*checksum/);
    assert.match(read("{", weights), /"p\.json": this is no policy's manifest: it is not JSON/);
  });

  it("is refused trained on something else", () => {
    const other = {
      name: "pole",
      observationSpace: box([{ name: "angleRad", low: -1, high: 1 }]),
      actionSpace: discrete("push", 2),
      masked: false,
    };
    assert.match(
      trainedProblem({ ...stored, about: { ...stored.about, ...spacesOf(other) } }, PROMPTS.features) as string,
      /does not fit these prompts: observation 1 is cue\.translate, 0\.\.1 linear here and was angleRad, -1\.\.1 linear there/,
    );
    const { network } = stored.data as { readonly network: object };
    const { manifest, weights } = packPolicy({ ...stored.about, environment: "CartPole-v1" }, { kind: "categorical", network });
    assert.equal(
      trainedProblem({ file, ...unpackPolicy(manifest, weights) }, PROMPTS.features),
      "it is a policy for CartPole-v1, and no length classifier",
    );
  });
});
