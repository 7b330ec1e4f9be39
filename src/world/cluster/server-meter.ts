/** The joules of one server, by account, integrated exactly between changes. Hot: bench/run.ts. */
import { Sum } from "../../kernel/index.ts";

export class ServerMeter {
  // Watts now, set by the server when it settles; they sum to the wall.
  wallW = 0;
  requestW = 0;
  jobW = 0;
  idleW = 0;
  reservedIdleW = 0;
  psuLossW = 0;
  usedCores = 0;
  /** Work done a second, reference-core seconds. */
  workRate = 0;
  upShare = 1;

  readonly wallJ = new Sum();
  readonly requestJ = new Sum();
  readonly jobJ = new Sum();
  readonly idleJ = new Sum();
  readonly reservedIdleJ = new Sum();
  readonly psuLossJ = new Sum();
  readonly busyCoreS = new Sum();
  readonly workCoreS = new Sum();
  upS = 0;

  /** Adds `dtS` seconds at the present watts. */
  advance(dtS: number): void {
    this.wallJ.add(this.wallW * dtS); // summed apart from its parts, so that the two can be compared
    this.busyCoreS.add(this.usedCores * dtS);
    this.workCoreS.add(this.workRate * dtS);
    if (this.requestW !== 0) this.requestJ.add(this.requestW * dtS);
    if (this.jobW !== 0) this.jobJ.add(this.jobW * dtS);
    if (this.idleW !== 0) this.idleJ.add(this.idleW * dtS);
    if (this.reservedIdleW !== 0) this.reservedIdleJ.add(this.reservedIdleW * dtS);
    if (this.psuLossW !== 0) this.psuLossJ.add(this.psuLossW * dtS);
    this.upS += this.upShare * dtS;
  }
}
