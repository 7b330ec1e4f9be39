/** The charts of the page, each drawn twice: for a screen and for a phone. They show one run. */
import type { ModelSeries, RunOutput, RunResult, ServiceSeries } from "../../experiment/result.ts";
import { carbonOverTime } from "../charts/carbon.ts";
import { clockResidency, clockShares } from "../charts/clock-residency.ts";
import { type ChartSize, PHONE, WIDE } from "../charts/frame.ts";
import { gpuGroups, gpusOverTime, hasLines } from "../charts/gpus.ts";
import { hiddenBars, jobBars } from "../charts/jobs.ts";
import { latencyDistribution, type Percentile } from "../charts/latency-distribution.ts";
import { latencyOverTime } from "../charts/latency-over-time.ts";
import { powerOverTime } from "../charts/power.ts";
import { queueOverTime } from "../charts/queue.ts";
import type { Span } from "../charts/time-axis.ts";
import { utilizationMap } from "../charts/utilization.ts";
import { escapeText } from "../escape.ts";
import { durationText, grouped, NBSP, quantityText } from "../format.ts";
import { shownRun } from "../interruption.ts";

export interface Picture {
  /** Unique in the page, and the name of a file when it is stored alone. */
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  draw(size: ChartSize, id: string): string;
}

export interface PictureSection {
  readonly id: string;
  readonly title: string;
  readonly pictures: readonly Picture[];
  /** What is not drawn, and why. */
  readonly notes: readonly string[];
}

/** Sections with nothing to say are left out. */
export function pictureSections(output: RunOutput): PictureSection[] {
  const run = shownRun(output);
  if (run === undefined || run.series.bucketCount === 0) return []; // interrupted before the first point of any chart
  const span: Span = { totalS: run.interruptedAtS ?? run.series.bucketS * run.series.bucketCount, startUtc: output.startUtc };
  const sections: PictureSection[] = [
    { id: "latency", title: "Latency", pictures: servicePictures(run, span), notes: serviceNotes(run) },
    { id: "energy", title: "Energy and carbon", pictures: sitePictures(output, run, span), notes: [] },
    { id: "servers", title: "Servers", pictures: serverPictures(run, span), notes: [] },
    { id: "gpus", title: "GPUs and models", pictures: [...gpuPictures(run, span), ...modelPictures(run, span)], notes: [] },
    { id: "jobs", title: "Jobs", pictures: batchPictures(run, span), notes: [] },
  ];
  return sections.filter((section) => section.pictures.length + section.notes.length > 0);
}

export function pictureHtml(picture: Picture): string {
  const phone = picture.draw(PHONE, `${picture.id}-phone`);
  return `<figure id="${picture.id}"><h3>${escapeText(picture.title)}</h3><div class="wide">${picture.draw(WIDE, `${picture.id}-wide`)}</div><div class="phone">${phone}</div><figcaption>${escapeText(picture.caption)}</figcaption></figure>`;
}

const someLost = ({ requestsFailed }: ServiceSeries): boolean => requestsFailed.some((count) => count > 0);
const someAnswered = ({ latencyMeanS }: ServiceSeries): boolean => latencyMeanS.some(Number.isFinite);

/** Why a service lacks a picture. */
function serviceNotes({ series }: RunResult): string[] {
  return series.services.flatMap((service) => {
    if (someAnswered(service)) return [];
    const had = service.requestsArrived.some((count) => count > 0);
    return [had ? `${service.name} answered no request, so there are no latencies to draw.` : `${service.name} had no requests.`];
  });
}

function lostText({ metrics }: RunResult, service: string): string {
  const arrived = metrics[`workloads.${service}.requests_arrived`];
  const finished = metrics[`workloads.${service}.requests_finished`];
  if (typeof arrived !== "number" || typeof finished !== "number" || arrived === finished) return "";
  const lost = arrived - finished;
  return ` ${lost === 1 ? "The one that was" : `The ${grouped(lost)} that were`} not answered ${lost === 1 ? "is" : "are"} not in it.`;
}

function servicePictures(run: RunResult, span: Span): Picture[] {
  const { series } = run;
  return series.services.flatMap((service, i) => {
    const overTime: Picture = {
      id: `latency-${i}`,
      title: `${service.name}: latency over time`,
      caption: `Each point covers ${durationText(series.bucketS)}, by the time at which requests arrived. Percentiles are read to about 3${NBSP}%.`,
      draw: (size, id) => latencyOverTime(service, series, { id, span, size }),
    };
    const spread: Picture = {
      id: `distribution-${i}`,
      title: `${service.name}: how latencies are spread`,
      caption: `The answered requests of the measured time, by how long they took.${lostText(run, service.name)}`,
      draw: (size, id) => latencyDistribution(service, percentilesOf(run, service.name), { id, size }),
    };
    return [
      ...(someAnswered(service) || someLost(service) ? [overTime] : []),
      ...(service.histogramCounts.some((count) => count > 0) ? [spread] : []),
    ];
  });
}

function percentilesOf(run: RunResult, service: string): Percentile[] {
  const names = [
    ["median", "latency_p50_s"],
    ["p99", "latency_p99_s"],
    ["p99.9", "latency_p999_s"],
  ] as const;
  return names.flatMap(([label, quantity]) => {
    const latencyS = run.metrics[`workloads.${service}.${quantity}`];
    return typeof latencyS === "number" ? [{ label, latencyS }] : [];
  });
}

function sitePictures(output: RunOutput, run: RunResult, span: Span): Picture[] {
  const { series } = run;
  const embodied = output.summary["carbon.embodied_g"]?.mean ?? null;
  const hardware = embodied === null ? "" : ` Making the hardware adds ${quantityText(embodied, "g")} for the whole time, not drawn here.`;
  return series.sites.flatMap((site, i) => {
    const power = {
      id: `power-${i}`,
      title: `${site.name}: power by account`,
      caption: "Everything the site draws. Requests and jobs are the power that work adds; idle is what servers draw anyway.",
      draw: (size: ChartSize, id: string) => powerOverTime(site, series, { id, span, size }),
    };
    if (Object.keys(site.carbonG).length === 0) return [power]; // its grid is not known
    const carbon = {
      id: `carbon-${i}`,
      title: `${site.name}: carbon by account`,
      caption: `Operational emissions: power times the carbon intensity of the grid at that moment.${hardware}`,
      draw: (size: ChartSize, id: string) => carbonOverTime(site, series, { id, span, size }),
    };
    return [power, carbon];
  });
}

function serverPictures(run: RunResult, span: Span): Picture[] {
  const { series } = run;
  if (series.servers.names.length === 0) return [];
  const caption =
    series.servers.names.length > 64
      ? "Each row is the mean of several servers, named by the rack or by the first of them."
      : "One row for each server; red lines mark the start of faults.";
  return [
    { id: "utilization", title: "How busy the servers were", caption, draw: (size, id) => utilizationMap(series, { id, span, size }) },
  ];
}

function gpuPictures({ series }: RunResult, span: Span): Picture[] {
  const { gpus } = series;
  return gpuGroups(gpus).flatMap((group, i) => {
    const { site, kind } = group;
    const how = hasLines(group) ? "A line for each GPU" : `The mean of ${grouped(group.gpus.length)} GPUs, and their range`;
    const overTime: Picture = {
      id: `gpus-${i}`,
      title: `${site}: watts and clock of ${kind}`,
      caption: `${how}. Each point is the mean of ${durationText(series.bucketS)}.`,
      draw: (size, id) => gpusOverTime(group, series, { id, span, size }),
    };
    const residency: Picture = {
      id: `clocks-${i}`,
      title: `${site}: time of ${kind} at each clock`,
      caption: "Of the whole time of all GPUs of this kind, busy or not.",
      draw: (size, id) => clockResidency(group, gpus, { id, size }),
    };
    return clockShares(group, gpus).length > 1 ? [overTime, residency] : [overTime];
  });
}

/** Workloads of more models than this are shown as one. */
const MODELS_MAX = 4;

function modelPictures({ series }: RunResult, span: Span): Picture[] {
  return [...new Set(series.models.map(({ workload }) => workload))].flatMap((workload, w) => {
    const models = series.models.filter((each) => each.workload === workload);
    const isEach = models.length <= MODELS_MAX;
    const shown = isEach
      ? models.map((model) => ({ ...model, name: `${workload}, ${model.model}` }))
      : [{ ...sumOf(models), name: workload }];
    const all = isEach ? "" : ` All ${models.length} models together.`;
    return shown.map((queue, i) => ({
      id: `model-${w}-${i}`,
      title: `${queue.name}: requests running and waiting`,
      caption: `Mean over each ${durationText(series.bucketS)}.${all}`,
      draw: (size: ChartSize, id: string) => queueOverTime({ ...queue, what: "requests" }, series, { id, span, size }),
    }));
  });
}

function sumOf(models: readonly ModelSeries[]): { readonly queued: Float64Array; readonly running: Float64Array } {
  const [first, ...rest] = models as [ModelSeries, ...ModelSeries[]];
  const sum = (of: "queued" | "running"): Float64Array =>
    first[of].map((value, b) => rest.reduce((total, each) => total + (each[of][b] as number), value));
  return { queued: sum("queued"), running: sum("running") };
}

function batchPictures(run: RunResult, span: Span): Picture[] {
  const { series } = run;
  return series.batches.flatMap((batch, i) => {
    const hidden = hiddenBars(batch);
    const shown =
      hidden === 0 ? "Every stretch of running." : `The longest stretches of running; ${grouped(hidden)} shorter ones are left out.`;
    const bars: Picture = {
      id: `jobs-${i}`,
      title: `${batch.name}: where and when jobs ran`,
      caption: `${shown} Jobs that ran side by side on a server have rows of their own.`,
      draw: (size, id) => jobBars(batch, series, { id, span, size }),
    };
    const queue: Picture = {
      id: `queue-${i}`,
      title: `${batch.name}: jobs running and waiting`,
      caption: `Mean over each ${durationText(series.bucketS)}.`,
      draw: (size, id) => queueOverTime({ ...batch, what: "jobs" }, series, { id, span, size }),
    };
    return batch.segments.length === 0 ? [queue] : [queue, bars];
  });
}
