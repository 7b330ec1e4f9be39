/** Watts of a GPU's board by clock and by what runs on it: one law with measured constants. */

/** What a process on the GPU does: nothing, arithmetic (encoders, prompts), or reading weights for one token after another. */
export const ACTIVITIES = ["idle", "compute", "decode"] as const;
export type Activity = (typeof ACTIVITIES)[number];

export interface GpuPower {
  /** Watts that flow at any clock. */
  readonly static: number;
  /** Watts of the memory at its full bandwidth; its clock is fixed. */
  readonly memory: number;
  /** Below this share of the greatest clock the voltage falls no further. */
  readonly kink: number;
  /** The voltage there, as a share of that at the greatest clock. */
  readonly floorVoltage: number;
  /** Clocked watts at the greatest clock of a process that waits. */
  readonly idle: number;
  /** Share of the memory's bandwidth in use, and clocked watts at the greatest clock. */
  readonly compute: { readonly memory: number; readonly core: number };
  readonly decode: { readonly memory: number; readonly core: number };
}

/**
 * P = static + memory d + A u v(u)^2 for u = clock / greatest clock, d the memory's activity, A the clocked watts; the voltage v
 * is level up to the kink and linear to 1 above it. Joules for a piece of arithmetic, P / u, are least at the kink.
 * Fits of this form on public sweeps of a V100 are off by 2.1 to 2.4 W (rms); catalogue/gpus/README.md names the data.
 */
export function gpuPowerW(law: GpuPower, ratio: number, activity: Activity): number {
  const { memory, core } = activity === "idle" ? { memory: 0, core: law.idle } : law[activity];
  const v = voltage(law, ratio);
  return law.static + law.memory * memory + core * ratio * v * v;
}

function voltage({ kink, floorVoltage }: GpuPower, ratio: number): number {
  return ratio <= kink ? floorVoltage : floorVoltage + ((1 - floorVoltage) * (ratio - kink)) / (1 - kink);
}
