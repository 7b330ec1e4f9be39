/** Each small scenario says in its first lines what it teaches; here that is checked. */
import { strict as assert } from "node:assert";
import { brokenIdentities, play, value } from "./play.ts";

describe("scenarios/mm1.yaml", () => {
  it("agrees with the formulas of an M/M/1 queue", async function () {
    this.timeout(30_000);
    const run = await play("scenarios/mm1.yaml");
    assert.deepEqual(brokenIdentities(run), []);
    const meanS = value(run, "workloads.web.latency_mean_s");
    // Half-width of 95 % is 1.96 deviations: 2.55 of them are five deviations.
    const toleranceS = 2.55 * (run.notes["workloads.web.latency_mean_s"]?.halfWidth as number);
    assert.ok(toleranceS < 0.003, `interval of ${toleranceS} s`);
    assert.ok(Math.abs(meanS - 0.04) < toleranceS, `mean ${meanS}`);
    // Wait and work are what the mean is made of, and Little's law ties the number in system to it (whole run against measured window).
    assert.ok(Math.abs(meanS - value(run, "workloads.web.wait_mean_s") - 0.008) < 5 * (0.008 / Math.sqrt(1.4e6)));
    assert.ok(Math.abs(value(run, "workloads.web.in_system_mean") / (100 * meanS) - 1) < 0.03);
    // Busy share of one core: 0.8 with a relative deviation of sqrt(2 / 1.46e6) = 0.0012; five of them of 10 W are 0.06 W.
    assert.ok(Math.abs(value(run, "sites.here.power_mean_w") - 110) < 0.06);
  });
});

describe("scenarios/colocation.yaml", () => {
  it("fills idle cores with jobs, and weights keep users from noticing", async function () {
    this.timeout(60_000);
    const file = "scenarios/colocation.yaml";
    const beside = await play(file);
    const alone = await play(file, { set: ["workloads.analytics=null", "expect=[]"] });
    const equal = await play(file, { set: ["workloads.analytics.weight=1024"] });
    for (const run of [beside, alone, equal]) assert.deepEqual(brokenIdentities(run), []);
    const meanS = (run: typeof beside) => value(run, "workloads.web.latency_mean_s");
    assert.ok(meanS(beside) < 1.02 * meanS(alone)); // 3 of 1027 of the weight
    assert.ok(meanS(equal) > 1.3 * meanS(alone));
    // 300 requests a second of 10 ms keep 3 of 8 cores busy.
    assert.ok(Math.abs(value(alone, "sites.here.utilization_mean") - 3 / 8) < 0.01);
    assert.ok(value(beside, "sites.here.utilization_mean") > 0.95);
    assert.ok(value(beside, "workloads.analytics.jobs_completed") > 0);
  });
});

describe("scenarios/carbon-shift.yaml", () => {
  it("spends the same joules at fewer grams by waiting", async () => {
    const run = await play("scenarios/carbon-shift.yaml");
    assert.deepEqual(brokenIdentities(run), []);
    for (const name of ["now", "later"]) {
      assert.equal(value(run, `workloads.${name}.jobs_completed`), 200);
      // One core of small-8c draws 12.5 W above idle, for an hour.
      assert.ok(Math.abs(value(run, `workloads.${name}.energy_mean_j_per_job`) - 45_000) < 1e-6);
    }
    assert.equal(value(run, "workloads.later.deadlines_missed"), 0);
    const gain = 1 - value(run, "workloads.later.carbon_g") / value(run, "workloads.now.carbon_g");
    assert.ok(gain > 0.1, `gain ${gain}`);
  });

  it("gains nothing without the rule", async () => {
    const run = await play("scenarios/carbon-shift.yaml", { set: ["controllers.shift=null"] });
    assert.equal(value(run, "workloads.later.wait_mean_s"), 0);
    // Two samples of 200 uniform arrivals under intensities that deviate by at most a quarter of their mean: five deviations are 0.125.
    assert.ok(Math.abs(value(run, "workloads.later.carbon_g") / value(run, "workloads.now.carbon_g") - 1) < 0.125);
  });
});

describe("scenarios/rack-outage.yaml", () => {
  const file = "scenarios/rack-outage.yaml";

  it("costs no answer where a second attempt is allowed, and five minutes of work where jobs checkpoint", async function () {
    this.timeout(30_000);
    const run = await play(file);
    assert.deepEqual(brokenIdentities(run), []);
    assert.equal(value(run, "workloads.web.requests_failed"), 0);
    // 4 of 8 servers for 1800 s + 150 s of 14,400 s.
    assert.ok(Math.abs(value(run, "sites.here.availability") - (1 - (0.5 * 1950) / 14_400)) < 1e-12);
    // 125 min after their start jobs have saved 120: four of them lose 300 s on 4 cores.
    assert.equal(value(run, "workloads.etl.restarts"), 4);
    assert.ok(Math.abs(value(run, "workloads.etl.work_lost_core_s") - 4800) < 1e-6);
    assert.equal(value(run, "workloads.etl.jobs_completed"), 8);
  });

  it("costs answers and hours without either", async function () {
    this.timeout(30_000);
    const run = await play(file, { set: ["workloads.web.resilience.attempts=1", "workloads.etl.checkpointEvery=null"] });
    assert.ok(value(run, "workloads.web.requests_failed") > 0);
    assert.ok(Math.abs(value(run, "workloads.etl.work_lost_core_s") - 4 * 4 * 7500) < 1e-6);
    assert.equal(value(run, "workloads.etl.jobs_completed"), 4);
  });
});

describe("scenarios/one-cloud.yaml", () => {
  const file = "scenarios/one-cloud.yaml";
  const ENDS_S = 3 * 3600;

  it("has one meter, one grid and one list of faults for a service, jobs and models", async function () {
    this.timeout(30_000);
    const run = await play(file);
    assert.deepEqual(brokenIdentities(run), []);
    const near = (actual: number, expected: number, relative = 1e-9): void =>
      assert.ok(Math.abs(actual / expected - 1) < relative, `${actual} for ${expected}`);
    // What requests of both kinds and jobs drew is two accounts of the meter, in joules and in grams.
    for (const unit of ["j", "g"] as const) {
      const quantity = unit === "j" ? "energy" : "carbon";
      const of = (workload: string): number => value(run, `workloads.${workload}.${quantity}_${unit}`);
      near(of("web") + of("chat"), value(run, `${quantity}.request_${unit}`));
      near(of("etl"), value(run, `${quantity}.job_${unit}`));
    }
    near(value(run, "energy.facility_j"), 0.2 * value(run, "energy.it_j"));
    // Of five servers one is down for 10 min and boots for 150 s; of four GPUs one is lost for 20 min.
    near(value(run, "sites.west.availability"), 1 - 750 / (5 * ENDS_S));
    near(value(run, "sites.west.gpu_availability"), 1 - 1200 / (4 * ENDS_S));
    // Those that the lost GPU had at that moment; a service may try again.
    assert.ok(value(run, "workloads.chat.requests_failed") > 0);
    assert.equal(value(run, "workloads.web.requests_failed"), 0);
    // Two of four GPUs are hot for 30 min, at 802 MHz of 945 MHz; beside that the cap holds, until the first order at the latest.
    assert.ok(value(run, "sites.west.gpu_throttled_share") >= (2 * 1800) / (4 * ENDS_S));
    assert.ok(value(run, "sites.west.gpu_throttled_share") < 1.01 * ((2 * 1800) / (4 * ENDS_S)));
    assert.equal(value(run, "workloads.etl.deadlines_missed"), 0);
  });

  it("spends a third more on GPUs at the clocks that caps allow, and on jobs a third more grams at once", async function () {
    this.timeout(30_000);
    const run = await play(file);
    const fast = await play(file, { set: ["controllers.clocks=null"] });
    const eager = await play(file, { set: ["controllers.shift=null"] });
    const ratio = (other: typeof run, name: string): number => value(other, name) / value(run, name);
    assert.ok(ratio(fast, "sites.west.gpu_energy_j") > 1.25 && ratio(fast, "sites.west.gpu_energy_j") < 1.4);
    assert.ok(ratio(eager, "workloads.etl.carbon_g") > 1.25 && ratio(eager, "workloads.etl.carbon_g") < 1.4);
    assert.ok(value(fast, "workloads.chat.latency_mean_s") < value(run, "workloads.chat.latency_mean_s"));
  });
});

describe("scenarios/chat.yaml", () => {
  const file = "scenarios/chat.yaml";
  const meanS = (run: Awaited<ReturnType<typeof play>>): number => value(run, "workloads.chat.latency_mean_s");

  it("answers sooner on average by short answers first, and the longest wait longer", async function () {
    this.timeout(30_000);
    const short = await play(file);
    const fair = await play(file, { set: ["controllers.queue=null"] });
    const oracle = await play(file, { set: ["controllers.queue.predictor={kind: oracle}"] });
    for (const run of [short, fair, oracle]) assert.deepEqual(brokenIdentities(run), []);
    assert.ok(meanS(oracle) < meanS(short) && meanS(short) < 0.9 * meanS(fair));
    assert.ok(value(short, "workloads.chat.latency_p99_s") > value(fair, "workloads.chat.latency_p99_s"));
  });

  it("saves a third of the joules a token at 945 MHz, for a few percent of the latency", async function () {
    this.timeout(30_000);
    const fast = await play(file);
    const slow = await play(file, { set: ["sites.west.servers.gpus.clock=945 MHz"] });
    // Decoding dynamically draws 124 W at 1380 MHz and 76.1 W at 945 MHz, for 1 / 0.99 of the time: 0.62 of the joules, as batches are alike.
    const perToken = (run: typeof fast) => value(run, "workloads.chat.opt.energy_mean_j_per_token");
    assert.ok(Math.abs(perToken(slow) / perToken(fast) - 0.62) < 0.03, `${perToken(slow) / perToken(fast)}`);
    assert.ok(meanS(slow) < 1.1 * meanS(fast));
  });
});

describe("scenarios/many-models.yaml", () => {
  it("answers more within the SLO, on fewer joules, where partitions of like sensitivity stand together", async function () {
    this.timeout(60_000);
    const file = "scenarios/many-models.yaml";
    const aware = await play(file);
    const blind = await play(file, { set: ["workloads.zoo.placement=alpa-serve"] });
    const fast = await play(file, { set: ["controllers.clocks=null"] });
    for (const run of [aware, blind, fast]) assert.deepEqual(brokenIdentities(run), []);
    const attainment = (run: typeof aware) => value(run, "workloads.zoo.slo_attainment");
    const boardsJ = (run: typeof aware) => value(run, "sites.west.gpu_energy_j");
    assert.ok(value(aware, "workloads.zoo.requests_arrived") > 29_000);
    assert.ok(attainment(aware) > attainment(blind) + 0.03, `${attainment(aware)} and ${attainment(blind)}`);
    assert.ok(boardsJ(aware) < 0.97 * boardsJ(blind) && boardsJ(aware) < 0.9 * boardsJ(fast), `${boardsJ(aware)} J`);
  });
});
