/** A result for the terminal: the sentence first, then what it rests on. At most 100 columns wide. */
import type { Expectation, RunOutput } from "../experiment/result.ts";
import { answerOf, type Fact, type Group } from "./answer.ts";
import { durationText, NBSP, quantityText } from "./format.ts";
import { interruptionText, isPartial } from "./interruption.ts";

const WIDTH = 100;

interface Ink {
  readonly strong: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly faint: (text: string) => string;
}

/** @param options.color whether the terminal understands colours (a pipe does not). */
export function toTable(output: RunOutput, options: { readonly color: boolean }): string {
  const ink = inkFor(options.color);
  const answer = answerOf(output);
  const labelWidth = Math.max(...answer.groups.flatMap((g) => g.facts.map((fact) => fact.label.length)), 8);
  const valueWidth = Math.max(...answer.groups.flatMap((g) => g.facts.map((fact) => fact.value.length)), 8);
  const blocks = [
    [ink.faint(clip(titleOf(output)))],
    wrap(answer.sentence).map(ink.strong),
    ...answer.groups.map((g) => groupLines(g, { labelWidth, valueWidth, ink })),
    wrap(answer.intervals).map(ink.faint),
    identityLines(output, ink),
    expectationLines(output.expectations, ink, output),
  ];
  const text = blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
  return `${text.replaceAll(NBSP, " ")}\n`;
}

function titleOf(output: RunOutput): string {
  const warmup = output.warmupS > 0 ? ` after ${durationText(output.warmupS)} of warm-up` : "";
  const seeds = output.seeds.length === 1 ? `seed ${output.seeds[0]}` : `${output.seeds.length} seeds`;
  const asked = isPartial(output) ? null : `${durationText(output.durationS)}${warmup}`;
  const parts = [output.scenario.name, asked, interruptionText(output), seeds];
  return `${parts.filter((part) => part !== null).join(" | ")} | cybertwin ${output.version}`;
}

function groupLines(g: Group, layout: { labelWidth: number; valueWidth: number; ink: Ink }): string[] {
  const head = g.kind === "cloud" ? "cloud" : `${g.kind} ${g.name}`;
  return [layout.ink.strong(clip(head)), ...g.facts.flatMap((fact) => factLines(fact, layout))];
}

function factLines(fact: Fact, { labelWidth, valueWidth, ink }: { labelWidth: number; valueWidth: number; ink: Ink }): string[] {
  const start = `  ${fact.label.padEnd(labelWidth)}  ${fact.value.padStart(valueWidth)}`;
  const room = WIDTH - start.length - 2;
  const interval = fact.interval === null ? "" : `[${fact.interval}]`;
  const rest = [interval, fact.remark ?? ""].filter((part) => part !== "").join("  ");
  if (rest === "") return [start];
  if (rest.length <= room || fact.remark === null) return [`${start}  ${ink.faint(clip(rest, room))}`];
  const below = `${" ".repeat(4)}${ink.faint(clip(fact.remark, WIDTH - 4))}`;
  return [interval === "" ? start : `${start}  ${ink.faint(interval)}`, below];
}

function identityLines(output: RunOutput, ink: Ink): string[] {
  const broken = new Set(
    output.runs.flatMap((run) =>
      Object.entries(run.identities)
        .filter(([, holds]) => !holds)
        .map(([name]) => name),
    ),
  );
  const all = new Set(output.runs.flatMap((run) => Object.keys(run.identities)));
  if (all.size === 0) return [];
  if (broken.size === 0) return [`${ink.good("ok")}  all ${all.size} identities hold in every run`];
  return [...broken].map((name) => `${ink.bad("BROKEN")}  ${clip(name, WIDTH - 8)}`);
}

function expectationLines(expectations: readonly Expectation[], ink: Ink, output: RunOutput): string[] {
  return expectations.map((expectation) => {
    const unit = output.summary[expectation.metric]?.unit ?? "1";
    const got = quantityText(expectation.value, unit, expectation.metric);
    const verdict = expectation.met ? ink.good("met   ") : ink.bad("MISSED");
    return `${verdict}  ${clip(`${expectation.metric} ${boundText(expectation, unit)}, got ${got}`, WIDTH - 8)}`;
  });
}

/** "at least 99.9 %", "at most 10 min", or both. */
export function boundText(expectation: Expectation, unit: string): string {
  const { min, max, metric } = expectation;
  const parts = [
    min === undefined ? null : `at least ${quantityText(min, unit, metric)}`,
    max === undefined ? null : `at most ${quantityText(max, unit, metric)}`,
  ];
  return parts.filter((part) => part !== null).join(" and ");
}

/** Breaks at plain spaces only, so a number stays with its unit. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(clip(word));
  }
  return lines;
}

function clip(text: string, width = WIDTH): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

function inkFor(color: boolean): Ink {
  const code = (open: number, close: number) => (text: string) => (color ? `\u001b[${open}m${text}\u001b[${close}m` : text);
  return { strong: code(1, 22), faint: code(2, 22), good: code(32, 39), bad: code(31, 39) };
}
