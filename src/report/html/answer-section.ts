/** The top of the page: the sentence, the verdicts, the cards. */
import type { RunOutput, SummaryEntry } from "../../experiment/result.ts";
import { type Answer, estimatorWords, type Fact, type Group } from "../answer.ts";
import { escapeText } from "../escape.ts";
import { durationText, NBSP, quantityText } from "../format.ts";
import { isPartial } from "../interruption.ts";
import { boundText } from "../to-table.ts";

const TICK = `<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><path d="M2.5 8.5l3.5 3.5 7.5-8" fill="none" stroke="currentColor" stroke-width="2.2"/></svg>`;
const CROSS = `<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><path d="M3 3l10 10M13 3L3 13" fill="none" stroke="currentColor" stroke-width="2.2"/></svg>`;

export function answerSection(output: RunOutput, answer: Answer): string {
  return [
    `<p class="lead">${emphasizeNumbers(answer.sentence)}</p>`,
    interrupted(output),
    `<ul class="verdicts">${identityVerdict(output)}${output.expectations.map((e) => expectationVerdict(e, output)).join("")}</ul>`,
  ].join("");
}

export function cardGroups(output: RunOutput, answer: Answer): string {
  return `${answer.groups.map((group) => groupHtml(group, output)).join("")}<p class="aside">${escapeText(answer.intervals)} ${windowsNote(output)}</p>`;
}

function windowsNote(output: RunOutput): string {
  if (output.warmupS === 0) return "";
  const measured = isPartial(output) ? "time" : durationText(output.durationS);
  return `Latencies and requests are those of the ${measured} after the warm-up; energy and carbon include its ${durationText(output.warmupS)}.`;
}

function groupHtml(group: Group, output: RunOutput): string {
  const kinds = { service: "service", cloud: "energy, carbon and servers", batch: "batch jobs" } as const;
  const name = group.kind === "cloud" ? "Cloud" : group.name;
  const slo =
    output.runs[0]?.series.services.find((service) => group.kind === "service" && service.name === group.name)?.sloLatencyS ?? null;
  const detail = slo === null ? kinds[group.kind] : `${kinds[group.kind]}, SLO ${quantityText(slo, "s")}`;
  return `<section class="group" aria-label="${escapeText(name)}"><h3>${escapeText(name)} <small>${detail}</small></h3><dl class="cards">${group.facts.map((fact) => card(fact, output)).join("")}</dl></section>`;
}

function card(fact: Fact, output: RunOutput): string {
  const entry = output.summary[fact.metric];
  const how = entry === undefined ? "" : howSure(fact.interval, entry);
  const lines = [how, fact.remark ?? ""].filter((line) => line !== "");
  return `<div><dt>${escapeText(fact.label)}</dt><dd><div class="value">${valueHtml(fact.value)}</div>${lines.map((line) => `<div class="how">${escapeText(line)}</div>`).join("")}</dd></div>`;
}

/** "31.1 to 31.3 ms, 20 seeds"; a metric that came out equal in every run has no width to show. */
function howSure(interval: string | null, entry: SummaryEntry): string {
  if (entry.mean === null) return "";
  if (interval !== null) return `${interval}, ${estimatorWords(entry)}`;
  return entry.ciLow !== null && entry.n > 1 ? `the same in all ${estimatorWords(entry)}` : estimatorWords(entry);
}

/** The unit smaller than the number. */
function valueHtml(value: string): string {
  const [number = "", unit] = value.split(NBSP);
  return unit === undefined ? escapeText(number) : `${escapeText(number)}<span class="unit">${escapeText(unit)}</span>`;
}

/** Bold for every number that stands alone, with its unit; names such as "web2" stay as they are. */
function emphasizeNumbers(sentence: string): string {
  return escapeText(sentence).replace(
    /(^| )(\d[\d,.]*\d|\d)(\u00a0[^\s;,.]+)*/g,
    (match, space: string) => `${space}<strong>${match.slice(space.length)}</strong>`,
  );
}

function interrupted(output: RunOutput): string {
  const stopped = output.runs.flatMap((run) =>
    run.interruptedAtS === undefined ? [] : [`seed ${run.seed} after ${durationText(run.interruptedAtS)}`],
  );
  if (stopped.length === 0) return "";
  const means = isPartial(output) ? "Interrupted, so these are partial results:" : "Interrupted, so left out of the means:";
  return `<p class="alert"><strong>${means}</strong> ${stopped.join(", ")}.</p>`;
}

function identityVerdict(output: RunOutput): string {
  const all = new Set(output.runs.flatMap((run) => Object.keys(run.identities)));
  if (all.size === 0) return "";
  const broken = [...all].filter((name) => output.runs.some((run) => run.identities[name] === false));
  if (broken.length === 0) return verdict(true, `The books balance: all ${all.size} identities hold in every run`);
  return verdict(false, `Broken identity, which is a bug of the simulator: ${broken.join(", ")}`);
}

function expectationVerdict(expectation: RunOutput["expectations"][number], output: RunOutput): string {
  const unit = output.summary[expectation.metric]?.unit ?? "1";
  const got = quantityText(expectation.value, unit, expectation.metric);
  return verdict(
    expectation.met,
    `${expectation.met ? "Met" : "Missed"}: ${expectation.metric} ${boundText(expectation, unit)}, got ${got}`,
  );
}

export function verdict(good: boolean, text: string): string {
  return `<li><span class="${good ? "good" : "bad"}">${good ? TICK : CROSS}</span>${breakable(escapeText(text))}</li>`;
}

/** Long metric names may break after a dot or underscore. */
export function breakable(html: string): string {
  return html.replace(/([a-z0-9-][._])(?=[a-z0-9])/g, "$1<wbr>");
}
