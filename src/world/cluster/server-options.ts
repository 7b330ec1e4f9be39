/** What a server is made of, in base units. */
import type { ServerId } from "../base/id.ts";
import type { PowerModel } from "../energy/power-model.ts";

export type ServerState = "up" | "down" | "booting" | "asleep";

export interface ServerOptions {
  readonly id: ServerId;
  readonly name: string;
  readonly kind: string;
  readonly site: string;
  readonly row: string | undefined;
  readonly rack: string | undefined;
  readonly cores: number;
  readonly memoryB: number;
  /** Work done per second and core, beside the reference core's. */
  readonly speed: number;
  readonly clocksHz: readonly number[];
  readonly nominalHz: number;
  readonly clockHz: number;
  readonly power: PowerModel;
  /** Share of wall watts that reaches the parts, by load share of peak; absent: losses are not told apart. */
  readonly psuEfficiency: ((loadShare: number) => number) | undefined;
  readonly boot: { readonly timeS: number; readonly powerW: number };
  readonly sleep: { readonly powerW: number; readonly wakeS: number } | undefined;
  readonly embodiedG: number;
  readonly lifetimeS: number;
  /** The site's carbon intensity now; the site changes it after closing the grams so far. */
  readonly intensity: { readonly gPerJ: number };
}

/** Watts with no work on it, which change only with the state and the clock. */
export function staticPowerW(options: ServerOptions, state: ServerState, clockHz: number): number {
  switch (state) {
    case "up":
      return options.power.powerW(0, clockHz / options.nominalHz);
    case "booting":
      return options.boot.powerW;
    case "asleep":
      return options.sleep?.powerW ?? 0;
    case "down":
      return 0;
  }
}
