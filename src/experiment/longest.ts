/** The longest stretches out of any number, in bounded memory. */
import type { BatchSeries } from "./result.ts";

type Stretch = BatchSeries["segments"][number];

export class LongestStretches {
  readonly #keptMax: number;
  #kept: Stretch[] = [];
  #count = 0;
  /** The shortest of the longest at the last trim: anything shorter is out. */
  #shortestS = 0;

  /** @param keptMax at least 1; twice as many are held between two trims */
  constructor(keptMax: number) {
    this.#keptMax = keptMax;
  }

  /** Counts a stretch; true if it may be among the longest and is to be kept. */
  counts(stretchS: number): boolean {
    this.#count++;
    return stretchS >= this.#shortestS;
  }

  keep(stretch: Stretch): void {
    this.#kept.push(stretch);
    if (this.#kept.length === 2 * this.#keptMax) this.#trim();
  }

  /** In order of start; `truncatedCount` is how many shorter ones are left out. */
  result(): Pick<BatchSeries, "segments" | "truncatedCount"> {
    this.#trim();
    return { segments: this.#kept.toSorted(byStart), truncatedCount: this.#count - this.#kept.length };
  }

  #trim(): void {
    if (this.#kept.length <= this.#keptMax) return;
    this.#kept = this.#kept.sort((a, b) => lengthS(b) - lengthS(a) || byStart(a, b)).slice(0, this.#keptMax);
    this.#shortestS = lengthS(this.#kept.at(-1) as Stretch);
  }
}

const lengthS = ({ startS, endS }: Stretch): number => endS - startS;
const byStart = (a: Stretch, b: Stretch): number => a.startS - b.startS || a.job - b.job;
