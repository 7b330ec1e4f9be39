/** One batch workload: what its jobs have in common, and what is measured of them. */
import { Sum } from "../../kernel/index.ts";
import { LatencyRecorder } from "../../stats/index.ts";
import type { Forecast } from "../energy/signal.ts";
import type { Job } from "./job.ts";
import type { DelayRule } from "./ports.ts";

const S_PER_DAY = 86_400;

export interface BatchOptions {
  readonly name: string;
  readonly weight: number;
  /** Some job has a deadline: declared, by slack, or by its row of a trace. */
  readonly hasDeadlines: boolean;
  readonly slackS: number | undefined;
  readonly checkpointS: number | undefined;
  readonly isInterruptible: boolean;
  readonly preempts: boolean;
  /** Jobs that should finish in every day counted from `start`. */
  readonly floorPerDay: number | undefined;
}

/** Who decides when jobs may start, and what it may know of the grid. */
export interface Delay {
  readonly rule: DelayRule;
  readonly carbon: Forecast;
}

export class BatchWorkload {
  readonly name: string;
  readonly options: BatchOptions;
  readonly delay: Delay | undefined;
  readonly stats: BatchStats;
  isHeld = false;
  /** Jobs that a hold keeps out of the queue, in the order in which they came. */
  readonly held = new Set<Job>();

  constructor(options: BatchOptions, delay: Delay | undefined, warmupS: number) {
    this.name = options.name;
    this.options = options;
    this.delay = delay;
    this.stats = new BatchStats(warmupS);
  }
}

export class BatchStats {
  readonly warmupS: number;
  // The whole run, for the books.
  arrivedCount = 0;
  finishedCount = 0;
  runningCount = 0;
  queuedCount = 0; // delayed and held ones too
  // By arrival after the warm-up.
  arrivedMeasured = 0;
  finishedMeasured = 0;
  deadlinesMissed = 0;
  deadlinesMet = 0;
  readonly waitS = new LatencyRecorder();
  readonly turnaroundS = new LatencyRecorder();
  readonly jobEnergyJ = new Sum();
  readonly jobCarbonG = new Sum();
  // Whole run again.
  restarts = 0;
  evictions = 0;
  oomKills = 0;
  refusals = 0;
  /** Core-seconds of work done again after a crash or eviction. */
  readonly lostWorkCoreS = new Sum();
  /** Work done by stretches that ended, what was lost later included. */
  readonly workDoneCoreS = new Sum();
  readonly endedEnergyJ = new Sum();
  readonly endedCarbonG = new Sum();
  readonly finishedPerDay: number[] = [];

  constructor(warmupS: number) {
    this.warmupS = warmupS;
  }

  finished(job: Job, nowS: number): void {
    this.finishedCount++;
    const day = Math.floor(nowS / S_PER_DAY);
    while (this.finishedPerDay.length <= day) this.finishedPerDay.push(0);
    this.finishedPerDay[day] = (this.finishedPerDay[day] as number) + 1;
    this.endedEnergyJ.add(job.energyJ);
    this.endedCarbonG.add(job.carbonG);
    if (job.arrivalS < this.warmupS) return;
    this.finishedMeasured++;
    if (job.deadlineS < Infinity) {
      if (nowS <= job.deadlineS) this.deadlinesMet++;
      else this.deadlinesMissed++;
    }
    this.waitS.add(job.firstStartS - job.arrivalS);
    this.turnaroundS.add(nowS - job.arrivalS);
    this.jobEnergyJ.add(job.energyJ);
    this.jobCarbonG.add(job.carbonG);
  }
}
