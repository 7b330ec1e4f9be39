import { strict as assert } from "node:assert";
import { parseHTML } from "linkedom";
import type { RunOutput } from "../../src/experiment/result.ts";
import { renderReport, reportPictures } from "../../src/report/html/page.ts";
import { SCENARIO_TEXT, sampleOutput } from "./sample.ts";

/** The few things that these tests ask of a document; the compiler knows no browser types. */
interface PageElement {
  readonly textContent: string;
  readonly tagName: string;
  getAttribute(name: string): string | null;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
}
const parse = (html: string) => (parseHTML(html) as unknown as { document: PageElement }).document;
const all = (page: PageElement, selector: string) => [...page.querySelectorAll(selector)];

function emptyOutput(): RunOutput {
  const output = sampleOutput();
  const [first] = output.runs;
  assert(first);
  const series = {
    ...first.series,
    sites: [],
    services: [],
    models: [],
    gpus: { names: [], sites: [], kinds: [], powerW: new Float32Array(0), clockHz: new Float32Array(0), residency: [] },
    batches: [],
    faults: [],
    servers: { names: [], racks: [], utilization: new Float32Array(0) },
  };
  return { ...output, startUtc: null, runs: [{ ...first, metrics: {}, notes: {}, series }], seeds: [1], summary: {}, expectations: [] };
}

describe("the report page", () => {
  const html = renderReport(sampleOutput());
  const page = parse(html);

  it("is the same bytes for the same result, also after other pages were made", () => {
    renderReport(emptyOutput());
    assert.equal(renderReport(sampleOutput()), html);
  });

  it("refers to nothing outside itself", () => {
    assert.deepEqual([...html.matchAll(/(?:src|href)="(?!#|data:,)[^"]*"/g)].map(String), []);
    assert.deepEqual([...html.matchAll(/url\((?!#)[^)]*\)|@import/g)].map(String), []);
    const addresses = [...html.matchAll(/https?:\/\/[^"' <]+/g)].map(String).filter((address) => address !== "http://www.w3.org/2000/svg");
    assert.deepEqual(addresses, []);
    assert.match(page.querySelector("meta[http-equiv]")?.getAttribute("content") ?? "", /^default-src 'none';/);
  });

  it("shows no NaN, undefined or infinity anywhere", () => {
    assert.doesNotMatch(html, /NaN|undefined|Infinity|\[object/);
  });

  it("has ids that are unique, and every reference finds its target", () => {
    const ids = all(page, "[id]").map((element) => element.getAttribute("id"));
    assert.equal(new Set(ids).size, ids.length);
    const wanted = [
      ...[...html.matchAll(/(?:href="|url\()#([^")]+)/g)].map((match) => match[1]),
      ...all(page, "[aria-labelledby]").flatMap((element) => element.getAttribute("aria-labelledby")?.split(" ") ?? []),
      ...all(page, "label").map((element) => element.getAttribute("for")),
    ];
    assert.deepEqual(
      wanted.filter((id) => !ids.includes(id ?? "")),
      [],
    );
  });

  it("steps through headings without a gap", () => {
    const levels = all(page, "h1, h2, h3, h4").map((heading) => Number(heading.tagName.slice(1)));
    assert.equal(levels[0], 1);
    assert(levels.every((level, i) => i === 0 || level <= (levels[i - 1] ?? 0) + 1));
    assert.equal(levels.filter((level) => level === 1).length, 1);
  });

  it("describes every picture in words and gives every table a caption and scopes", () => {
    const pictures = all(page, "svg.chart");
    assert.equal(pictures.length, 20); // 10 pictures, for screens and for phones
    for (const picture of pictures) {
      assert.equal(picture.getAttribute("role"), "img");
      assert((picture.querySelector("desc")?.textContent.length ?? 0) > 40);
    }
    for (const table of all(page, "table")) {
      assert(table.querySelector("caption"));
      assert.deepEqual(
        all(table, "th").filter((cell) => cell.getAttribute("scope") === null),
        [],
      );
    }
  });

  it("shows every metric, the scenario as written, and its hash", () => {
    const output = sampleOutput();
    const names = all(page, "#metrics tbody th").map((cell) => cell.textContent);
    assert.deepEqual(names, Object.keys(output.summary).sort());
    assert.equal(page.querySelector("pre")?.textContent, SCENARIO_TEXT);
    assert(html.includes(output.scenario.sha256));
  });

  it("stands up to a run in which nothing was measured", () => {
    const empty = renderReport(emptyOutput());
    assert.doesNotMatch(empty, /NaN|undefined|Infinity/);
    assert.match(empty, /nothing was measured/);
    assert.equal(all(parse(empty), "svg.chart").length, 0);
  });

  const withService = (more: Partial<RunOutput["runs"][number]["series"]["services"][number]>): string => {
    const output = sampleOutput();
    const [first] = output.runs;
    const [web] = first?.series.services ?? [];
    assert(first && web);
    const none = web.latencyMeanS.map(() => Number.NaN);
    const silent = { latencyMeanS: none, latencyP50S: none, latencyP99S: none, histogramCounts: new Float64Array(96) };
    return renderReport({ ...output, runs: [{ ...first, series: { ...first.series, services: [{ ...web, ...silent, ...more }] } }] });
  };

  it("shows a service that answered nothing: where it failed, or why there is no picture", () => {
    const failing = withService({});
    assert.match(
      failing,
      /<h2 id="latency">Latency<\/h2><p class="aside">web answered no request, so there are no latencies to draw\.<\/p>/,
    );
    assert.match(failing, /not answered \(larger: more\)/);
    assert.doesNotMatch(failing, /NaN|Infinity/);
    const hanging = withService({ requestsFailed: new Float64Array(294) });
    assert.match(hanging, /web answered no request/);
    assert.doesNotMatch(hanging, /id="latency-0"/);
  });

  it("says that a distribution is of answered requests, and how many are not in it", () => {
    const output = sampleOutput();
    const metrics = { ...output.runs[0]?.metrics, "workloads.web.requests_arrived": 1000, "workloads.web.requests_finished": 90 };
    const [first] = output.runs;
    assert(first);
    assert.match(
      renderReport({ ...output, runs: [{ ...first, metrics }] }),
      /The answered requests .* The 910 that were not answered are not in it\./,
    );
  });

  it("ends its time axes where the run was interrupted", () => {
    const output = sampleOutput();
    const [first] = output.runs;
    assert(first);
    const { svg } = { svg: reportPictures({ ...output, startUtc: null, runs: [{ ...first, interruptedAtS: 7200 }] })["queue-0.svg"] ?? "" };
    const labels = [...svg.matchAll(/<text[^>]*>([^<]+)/g)].map((match) => match[1]);
    assert.ok(labels.includes("120") && labels.includes("minutes since the start") && !labels.includes("130"));
  });

  it("says at the top when results are partial or an identity is broken", () => {
    const output = sampleOutput();
    const [first] = output.runs;
    assert(first);
    const text = renderReport({ ...output, runs: [{ ...first, interruptedAtS: 7200, identities: { "jobs balance": false } }], seeds: [1] });
    assert.match(text, /Interrupted, so these are partial results:<\/strong> seed 1 after 2\u00a0h/);
    assert.match(text, /interrupted\u00a0after\u00a02\u00a0h\u00a0of\u00a024\.5\u00a0h/);
    assert.doesNotMatch(text, /24\u00a0h\u00a0simulated/);
    assert.match(text, /Broken identity, which is a bug of the simulator: jobs balance/);
  });
});

describe("pictures as files of their own", () => {
  it("need no style sheet: fixed colours on a painted background", () => {
    const pictures = reportPictures(sampleOutput());
    assert.deepEqual(Object.keys(pictures), [
      "latency-0.svg",
      "distribution-0.svg",
      "power-0.svg",
      "carbon-0.svg",
      "utilization.svg",
      "gpus-0.svg",
      "clocks-0.svg",
      "model-0-0.svg",
      "queue-0.svg",
      "jobs-0.svg",
    ]);
    for (const svg of Object.values(pictures)) {
      assert.doesNotMatch(svg, /var\(/);
      assert.match(svg, /<rect x="-14" y="-14" width="100%" height="100%" fill="#ffffff"\/><title/);
    }
  });
});
