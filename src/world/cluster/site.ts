/** A site: servers under one meter, one grid and one facility. Closes joules into grams whenever a factor changes. */
import { PHASE, type Simulation, Sum } from "../../kernel/index.ts";
import { ACCOUNTS, type Account } from "../energy/account.ts";
import { gramsPerJoule } from "../energy/carbon/grams.ts";
import type { RowSignal } from "../energy/row-signal.ts";
import type { Forecast } from "../energy/signal.ts";
import type { Server } from "./server.ts";
import type { ServerMeter } from "./server-meter.ts";

/** A load-dependent PUE holds for one tick; a constant one needs none. */
const PUE_TICK_S = 60;

/** What draws at a site, with a meter of its own: a server, or a device in one. */
export interface Metered {
  readonly meter: ServerMeter;
  /** Now, and flat out. */
  readonly powerW: number;
  readonly peakW: number;
  /** Brings the meter up to now. */
  sync(): void;
  /** Closes the grams of all that runs at the intensity that ends now. */
  markCarbon(gPerJ: number): void;
}

export interface SiteOptions {
  readonly name: string;
  /** Grid carbon intensity, g/kWh. */
  readonly carbon: RowSignal;
  readonly forecast: Forecast;
  /** Power usage effectiveness by load share of the servers' peak watts. */
  readonly pue: (loadShare: number) => number;
  readonly isPueConstant: boolean;
  /** Why its operational grams are unknown; undefined where the grid is described. */
  readonly noCarbon: string | undefined;
}

export class Site {
  readonly options: SiteOptions;
  readonly servers: Server[] = [];
  /** The servers, and the devices in them. */
  readonly metered: Metered[] = [];
  /** Read by servers and containers; changes only after all grams at the old value are closed. */
  readonly intensity = { gPerJ: 0 };
  readonly carbonG: Readonly<Record<Account, Sum>> = sums();
  readonly #facilityJ = new Sum();
  readonly #simulation: Simulation;
  readonly #closedJ: Record<Account, number> = zeros();
  #pue: number;

  constructor(simulation: Simulation, options: SiteOptions) {
    this.options = options;
    this.#simulation = simulation;
    this.#pue = options.pue(0);
    this.intensity.gPerJ = gramsPerJoule(options.carbon.at(0));
  }

  addServer(server: Server): void {
    this.servers.push(server);
    this.metered.push(server);
  }

  /** Call once all servers are there. */
  begin(): void {
    this.#planCarbonChange();
    if (this.options.isPueConstant) return;
    const peakW = this.metered.reduce((sum, each) => sum + each.peakW, 0);
    const tick = (): void => {
      this.close();
      const powerW = this.metered.reduce((sum, each) => sum + each.powerW, 0);
      this.#pue = this.options.pue(peakW === 0 ? 0 : powerW / peakW);
      this.#simulation.schedule(PUE_TICK_S, PHASE.sample, tick); // after what else happens at that instant
    };
    this.#simulation.schedule(0, PHASE.sample, tick);
  }

  /** Joules by account up to now. */
  energyJ(account: Account): number {
    return account === "facility" ? this.#facilityJ.value : this.metered.reduce((sum, each) => sum + accountJ(each, account), 0);
  }

  /** Joules by account at the last close. */
  closedJ(account: Account): number {
    return account === "facility" ? this.#facilityJ.value : this.#closedJ[account];
  }

  /** What the meters of servers and devices read, summed apart from the accounts. */
  wallJ(): number {
    return this.metered.reduce((sum, { meter }) => sum + meter.wallJ, 0);
  }

  /** Books everything since the last close at the factors that held. */
  close(): void {
    const { gPerJ } = this.intensity;
    const totalsJ = zeros();
    for (const each of this.metered) {
      each.sync();
      for (const account of IT_ACCOUNTS) totalsJ[account] += accountJ(each, account); // in one pass: a fleet does not fit the cache
    }
    let itJ = 0;
    for (const account of IT_ACCOUNTS) {
      const totalJ = totalsJ[account];
      const deltaJ = totalJ - this.#closedJ[account];
      this.#closedJ[account] = totalJ;
      this.carbonG[account].add(deltaJ * gPerJ);
      itJ += deltaJ;
    }
    const facilityJ = (this.#pue - 1) * itJ;
    this.#facilityJ.add(facilityJ);
    this.carbonG.facility.add(facilityJ * gPerJ);
  }

  #planCarbonChange(): void {
    const nextS = this.options.carbon.nextChangeS(this.#simulation.nowS);
    if (nextS === Infinity) return;
    this.#simulation.scheduleAt(nextS, PHASE.finish, () => {
      this.close();
      for (const each of this.metered) each.markCarbon(this.intensity.gPerJ);
      this.intensity.gPerJ = gramsPerJoule(this.options.carbon.at(nextS));
      this.#planCarbonChange();
    });
  }
}

type ItAccount = Exclude<Account, "facility">;
const IT_ACCOUNTS = ACCOUNTS.filter((account): account is ItAccount => account !== "facility");

function accountJ({ meter }: Metered, account: ItAccount): number {
  switch (account) {
    case "request":
      return meter.requestJ;
    case "job":
      return meter.jobJ;
    case "idle":
      return meter.idleJ;
    case "reserved-idle":
      return meter.reservedIdleJ;
    case "psu-loss":
      return meter.psuLossJ;
  }
}

const sums = (): Record<Account, Sum> => Object.fromEntries(ACCOUNTS.map((account) => [account, new Sum()])) as Record<Account, Sum>;
const zeros = (): Record<Account, number> => Object.fromEntries(ACCOUNTS.map((account) => [account, 0])) as Record<Account, number>;
