/** docs/metrics.md: the catalogue of metrics as a page. `node scripts/metrics.mjs` writes it. */
import { LISTS, METRIC_GROUPS, type MetricEntry, type MetricTime, NEEDS } from "../world/metrics/catalogue.ts";

const TIMES: Readonly<Record<MetricTime, string>> = {
  arrivals: "measured, by arrival",
  windows: "measured, by window",
  run: "whole run",
};

const HEAD = `# Metrics

<!-- Written by \`node scripts/metrics.mjs\` from src/world/metrics/catalogue.ts; a test fails while it is stale. -->

\`run --format json\` prints them under \`runs[].metrics\`, with notes beside them, and over all seeds under \`summary\`; \`expect:\` may
name each of them. A name is the YAML path of what is measured, then the quantity, its unit last. A metric that has no value is null,
and its note says why.

- *measured, by arrival*: whatever arrived at or after the end of the warm-up, also if it ended later. The run stops at warm-up +
  duration and does not wait for the rest: what is still open then is counted as unfinished.
- *measured, by window*: the windows of \`slo.window\`, counted from the end of the warm-up, by arrival.
- *whole run*: from \`start\` to the end, warm-up included. Energy and grams are always this, so that their parts sum to the meter.

*Only there with* a field: a workload without it has no such metric; deadlines may also come from a trace's column \`deadline_s\`.

Unit 1 is a count or a fraction from 0 to 1. A note may say \`censored: true\`: more than 1 % of the samples were cut off, so the
value is at least this.
`;

export function metricsPage(): string {
  const lists = Object.entries(LISTS).map(([name, words]) => `- \`<${name}>\`: ${words.map((word) => `\`${word}\``).join(", ")}.`);
  const sections = METRIC_GROUPS.map(
    ({ title, prefix, entries }) => `## ${title}

${prefix === "" ? "" : `Each name starts with \`${prefix}\`\n\n`}| Metric | Unit | Meaning | Over | Null if |
|---|---|---|---|---|
${entries.map(row).join("\n")}
`,
  );
  return [`${HEAD}\n${lists.join("\n")}\n`, ...sections].join("\n");
}

function row({ pattern, unit, meaning, time, nullIf, needs }: MetricEntry): string {
  const where = needs === undefined ? "" : ` Only there with ${NEEDS[needs].map((field) => `\`${field}\``).join(" or ")}.`;
  return `| \`${pattern}\` | ${unit} | ${meaning}${where} | ${TIMES[time]} | ${nullIf ?? ""} |`;
}
