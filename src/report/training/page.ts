/** The HTML page of a training: how good its policies are, how they became so, and what it takes to make them again. */
import type { MeanInterval } from "../../experiment/summary.ts";
import type { EvaluatedPolicy, TrainingOutput } from "../../experiment/training/output.ts";
import { escapeText } from "../escape.ts";
import { digitsText, grouped, intervalText, MISSING } from "../format.ts";
import { verdict } from "../html/answer-section.ts";
import { fold, table } from "../html/details.ts";
import { htmlPage } from "../html/page.ts";
import { pictureHtml } from "../html/pictures.ts";
import { learningCurvePicture, measuresPicture } from "./pictures.ts";
import { dataText, episodesText, FLATTERED, headOf, rowOf } from "./to-table.ts";

/** A policy in the folder, by what its manifest says. */
export interface StoredPolicyFile {
  /** Of the manifest, relative to the folder. */
  readonly file: string;
  readonly steps: number;
  readonly sha256: string;
}

export interface TrainingPageParts {
  readonly output: TrainingOutput;
  /** What computed, in words. */
  readonly device: string;
  /** The command line that makes the folder again. */
  readonly command: string;
  readonly policies: readonly StoredPolicyFile[];
  readonly interval: MeanInterval;
}

/** The same folder gives the same bytes. */
export function renderTraining(parts: TrainingPageParts): string {
  const { output } = parts;
  const { name, version, environment, algorithm, seeds, steps, stepBudget, countedIn, ended } = output;
  const measures = measuresPicture(output);
  const progress = `${grouped(steps)} of ${grouped(stepBudget)} ${countedIn}${ended === "interrupted" ? ", interrupted" : ""}`;
  const meta = [environment, algorithm.kind, progress, seeds.length === 1 ? `seed ${seeds[0]}` : `${seeds.length} seeds`];
  return htmlPage({
    title: name,
    meta: `<p class="meta">${meta.map(escapeText).join(" · ")}</p>`,
    main: [
      `<p class="lead">${lead(output)}</p>`,
      interrupted(output),
      goalVerdict(output),
      output.curve.length === 0
        ? ""
        : `<h2 id="curve">Learning curve</h2>${pictureHtml(learningCurvePicture(output, parts.interval))}<h2 id="policies">Policies</h2>${returnsTable(output)}`,
      filesTable(parts),
      '<h2 id="training">What was trained</h2>',
      settingsTable(parts),
      measures === undefined ? "" : `<h2 id="measured">What was measured meanwhile</h2>${pictureHtml(measures)}`,
      '<h2 id="details">Details</h2>',
      fold("All options", algorithm.kind, optionsTable(output)),
      '<p class="aside">Every evaluation is in curve.csv, with every return in curve.json.</p>',
    ].join("\n"),
    madeBy: `Cybertwin ${version}`,
  });
}

/** "The best policy of ppo on CartPole-v1 returned 372.7 in the mean (95 % interval 306 to 439), after 30,000 of 30,000 steps." */
function lead({ agents, algorithm, environment, countedIn }: TrainingOutput): string {
  const best = bestOf(agents.map(({ best: own }) => own));
  const subject = `${escapeText(algorithm.kind)} on ${escapeText(environment)}`;
  if (best === undefined) return `No policy of ${subject} has been evaluated yet.`;
  const { mean, low, high } = best.stochastic;
  const interval = intervalText(low, high, "1");
  const sure = interval === null ? "" : ` (${interval} with 95 % confidence)`;
  return `The best policy of ${subject} returned <strong>${digitsText(mean, 4)}</strong> in the mean${sure}, after <strong>${grouped(best.steps)}</strong> ${countedIn}.`;
}

function bestOf(policies: readonly (EvaluatedPolicy | undefined)[]): EvaluatedPolicy | undefined {
  return policies.reduce((best, one) => {
    if (one === undefined || (best !== undefined && best.stochastic.mean >= one.stochastic.mean)) return best;
    return one;
  }, undefined);
}

function interrupted({ ended, steps, stepBudget, countedIn }: TrainingOutput): string {
  if (ended !== "interrupted") return "";
  return `<p class="alert"><strong>Interrupted</strong> after ${grouped(steps)} of ${grouped(stepBudget)} ${countedIn}; <code>--resume</code> goes on from there.</p>`;
}

function goalVerdict({ goal, ended, seeds }: TrainingOutput): string {
  if (goal === undefined || ended === "interrupted") return "";
  const whose = seeds.length === 1 ? "the best policy" : "the best policy of every seed";
  const text = `${ended === "goal" ? "Reached" : "Missed"}: ${whose} was to return ${digitsText(goal)} in the mean`;
  return `<ul class="verdicts">${verdict(ended === "goal", text)}</ul>`;
}

function returnsTable(output: TrainingOutput): string {
  const { agents, evaluationSeeds } = output;
  const rows = agents.flatMap(({ seed, best, last }) => [...rowOf(seed, "best", best), ...rowOf(seed, "last", last)]);
  const columns = headOf(output).map((title, i) => ({ title: capitalized(title), number: i > 1 }));
  return table({
    caption: `Mean returns of ${episodesText(evaluationSeeds)}, by the policy that draws its actions and by the greedy one`,
    columns,
    rows: rows.map((row) => row.map((text) => escapeText(text || MISSING))),
  }).concat(`<p class="aside">Over ${episodesText(evaluationSeeds)} ${FLATTERED}</p>`);
}

const capitalized = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;

function filesTable({ policies, output }: TrainingPageParts): string {
  return table({
    caption: "Policies in the folder, each with its numbers in a .bin beside it",
    columns: [{ title: "File" }, { title: capitalized(output.countedIn), number: true }, { title: "SHA-256" }],
    rows: policies.map(({ file, steps, sha256 }) => [
      `<code>${escapeText(file)}</code>`,
      grouped(steps),
      `<code class="hash">${escapeText(sha256)}</code>`,
    ]),
  });
}

function settingsTable({ output, device, command }: TrainingPageParts): string {
  const { environment, algorithm, data, seeds, countedIn, stepBudget, evaluationEvery, evaluationSeeds, goal, backend, sha256 } = output;
  const changed = algorithm.changed.map((option) => `${option}: ${JSON.stringify(algorithm.options[option])}`);
  const settings: readonly (readonly [string, string])[] = [
    ["Environment", escapeText(environment)],
    ["Algorithm", escapeText(algorithm.kind)],
    [
      "Options that are not the default",
      changed.length === 0 ? "none" : changed.map((text) => `<code>${escapeText(text)}</code>`).join("<br>"),
    ],
    ...(data.length === 0
      ? []
      : [["Learned from", data.map((part) => escapeText(`${dataText(part)}, seeds ${seedsText(part.seeds)}`)).join("<br>")] as const]),
    [seeds.length === 1 ? "Seed" : "Seeds", seedsText(seeds)],
    ["Budget", `${grouped(stepBudget)} ${countedIn}${seeds.length === 1 ? "" : " of each seed"}`],
    ["Evaluated", `every ${grouped(evaluationEvery)} ${countedIn} and at the end, by seeds ${seedsText(evaluationSeeds)}`],
    ...(goal === undefined ? [] : [["Goal", `a mean return of ${digitsText(goal)}`] as const]),
    ["Backend", `${escapeText(backend)}: ${escapeText(device)}`],
    ["Made by", `<code>${escapeText(command)}</code>`],
    ["SHA-256 of the training", `<code class="hash">${escapeText(sha256)}</code>`],
  ];
  const columns = [{ title: "Setting" }, { title: "Value", text: true }];
  return table({ caption: "All that decides the result", columns, rows: settings });
}

/** "1000", "1000..1003", "1, 3..5": as files say them. */
function seedsText(seeds: readonly number[]): string {
  const runs: [from: number, to: number][] = [];
  for (const seed of seeds) {
    const run = runs.at(-1);
    if (run !== undefined && seed === run[1] + 1) run[1] = seed;
    else runs.push([seed, seed]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}..${to}`)).join(", ");
}

function optionsTable({ algorithm: { options, changed } }: TrainingOutput): string {
  return table({
    caption: "Every option of the algorithm, as it was used",
    columns: [{ title: "Option" }, { title: "Value" }, { title: "" }],
    rows: Object.entries(options).map(([option, value]) => [
      `<code>${escapeText(option)}</code>`,
      escapeText(JSON.stringify(value)),
      changed.includes(option) ? "not the default" : "default",
    ]),
  });
}
